package dev.edgewise.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.edgewise.LogWatch;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The service on a port of its own, with callers that are known by keys and tokens.
 */
final class GuardedServer implements AutoCloseable {

	static final String ALICE = "alice-" + UUID.randomUUID();

	static final String BOB = "bob-" + UUID.randomUUID();

	static final String ROOT = "root-" + UUID.randomUUID();

	static final String SCRAPER = "scraper-" + UUID.randomUUID();

	static final KeyPair SIGNER = pair();

	final ConfigurableApplicationContext context;

	final int port;

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	GuardedServer(String... arguments) {
		List<String> all = new ArrayList<>(List.of("--server.port=0", "--edgewise.agent.enabled=false",
				// they log addresses
				"--logging.level.org.springframework.web=debug", "--logging.level.org.springframework.http=debug",
				"--logging.level.reactor.netty=debug"));
		all.addAll(Arrays.asList(arguments));
		this.context = SpringApplication.run(EdgewiseServer.class, all.toArray(String[]::new));
		this.port = ((WebServerApplicationContext) this.context).getWebServer().getPort();
	}

	/**
	 * The arguments that make Alice, Bob, Root and a scraper known by keys.
	 */
	static String[] keys(String... others) {
		List<String> all = new ArrayList<>(List.of("--edgewise.security.api-keys.alice.hash=" + hash(ALICE),
				"--edgewise.security.api-keys.bob.hash=" + hash(BOB),
				"--edgewise.security.api-keys.root.hash=" + hash(ROOT),
				"--edgewise.security.api-keys.root.roles=operator",
				"--edgewise.security.api-keys.scraper.hash=" + hash(SCRAPER),
				"--edgewise.security.api-keys.scraper.roles=metrics"));
		all.addAll(Arrays.asList(others));
		return all.toArray(String[]::new);
	}

	static String hash(String key) {
		try {
			String hash = HexFormat.of()
				.formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
			LogWatch.secret(hash);
			return "sha256:" + hash;
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

	private static KeyPair pair() {
		try {
			KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
			generator.initialize(2048);
			return generator.generateKeyPair();
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * The arguments that make tokens known that are signed by the generated key.
	 */
	static String[] tokens(Path directory) throws IOException {
		Path pem = directory.resolve("public.pem");
		Files.writeString(pem,
				"-----BEGIN PUBLIC KEY-----\n" + Base64.getMimeEncoder().encodeToString(SIGNER.getPublic().getEncoded())
						+ "\n-----END PUBLIC KEY-----\n");
		return new String[] { "--spring.security.oauth2.resourceserver.jwt.public-key-location=" + pem.toUri(),
				"--spring.security.oauth2.resourceserver.jwt.audiences=edgewise" };
	}

	static String token(@Nullable String subject, String audience, Duration validFor, Object roles) {
		return token(SIGNER, subject, audience, validFor, roles);
	}

	static String token(KeyPair signer, @Nullable String subject, String audience, Duration validFor, Object roles) {
		try {
			SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256),
					new JWTClaimsSet.Builder().subject(subject)
						.audience(audience)
						.expirationTime(Date.from(Instant.now().plus(validFor)))
						.claim("roles", roles)
						.build());
			token.sign(new RSASSASigner(signer.getPrivate()));
			return token.serialize();
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

	static String[] key(String key) {
		return new String[] { "X-API-Key", key };
	}

	/**
	 * A key as a client sends it that has no other header.
	 */
	static String[] authorization(String key) {
		return new String[] { "Authorization", "ApiKey " + key };
	}

	static String[] bearer(String token) {
		return new String[] { "Authorization", "Bearer " + token };
	}

	/**
	 * Opens a session and returns its id.
	 */
	String open(String... headers) {
		Answer answer = send("POST", "/v1/sessions", "{}", headers);
		if (answer.status() != 201) {
			throw new AssertionError(answer.status() + " " + answer.body());
		}
		return answer.json().get("id").asString();
	}

	String ticket(String session, String... headers) {
		return send("POST", "/v1/sessions/" + session + "/tickets", "", headers).json().get("ticket").asString();
	}

	/**
	 * Sends a request; of an event stream only the head is read.
	 */
	Answer send(String method, String path, String body, String... headers) {
		try (Open open = start(method, path, body, headers)) {
			boolean stream = open.response.headers()
				.firstValue("Content-Type")
				.orElse("")
				.startsWith("text/event-stream");
			String text = stream ? "" : new String(open.response.body().readAllBytes(), StandardCharsets.UTF_8);
			LogWatch.body(text);
			return new Answer(open.response, text);
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * Sends a request and leaves the response open.
	 */
	Open start(String method, String path, String body, String... headers) {
		LogWatch.body(body);
		for (int i = 0; i < headers.length; i += 2) {
			if (headers[i].equals("X-API-Key") || headers[i].equals("Authorization")) {
				LogWatch.secret(headers[i + 1].replaceFirst("^(Bearer|ApiKey) ", ""));
			}
		}
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.port + path))
			.timeout(Duration.ofSeconds(20))
			.method(method,
					body.isEmpty() ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
		if (headers.length > 0) {
			request.headers(headers);
		}
		if (!body.isEmpty()) {
			request.header("Content-Type", "application/json");
		}
		try {
			return new Open(this.client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()));
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new AssertionError(ex);
		}
	}

	@Override
	public void close() {
		this.context.close();
	}

	/**
	 * A response that may be read on.
	 *
	 * @param response the response
	 */
	record Open(HttpResponse<InputStream> response) implements AutoCloseable {

		@Override
		public void close() throws IOException {
			this.response.body().close();
		}

	}

	/**
	 * A response that was read.
	 *
	 * @param response the response
	 * @param body its body
	 */
	record Answer(HttpResponse<?> response, String body) {

		int status() {
			return this.response.statusCode();
		}

		String header(String name) {
			return this.response.headers().firstValue(name).orElse("");
		}

		JsonNode json() {
			return JsonMapper.shared().readTree(this.body);
		}

		/**
		 * The last part of a problem's type.
		 */
		String problem() {
			if (!header("Content-Type").equals("application/problem+json")) {
				throw new AssertionError(status() + " " + header("Content-Type") + " " + this.body);
			}
			return json().get("type").asString().replace("urn:edgewise:problem:", "");
		}

	}

}
