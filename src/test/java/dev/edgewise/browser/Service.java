package dev.edgewise.browser;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.edgewise.server.EdgewiseServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The service with its own agent, which speaks faster than the page reads.
 */
final class Service implements AutoCloseable {

	static final String PACE = "--edgewise.agent.words-per-minute=";

	private final ConfigurableApplicationContext context;

	final int port;

	private final HttpClient client = HttpClient.newHttpClient();

	Service(String... arguments) {
		List<String> all = new ArrayList<>(List.of("--server.port=0"));
		all.addAll(Arrays.asList(arguments));
		if (all.stream().noneMatch((argument) -> argument.startsWith(PACE))) {
			all.add(PACE + 450);
		}
		this.context = SpringApplication.run(EdgewiseServer.class, all.toArray(String[]::new));
		this.port = ((WebServerApplicationContext) this.context).getWebServer().getPort();
	}

	String origin() {
		return "http://127.0.0.1:" + this.port;
	}

	/**
	 * The last message of an agent.
	 */
	JsonNode lastAnswer(String session) {
		JsonNode last = JsonMapper.shared().nullNode();
		for (JsonNode message : get("/v1/sessions/" + session + "/conversation?view=generated").path("messages")) {
			last = message.path("role").asString().equals("agent") ? message : last;
		}
		return last;
	}

	JsonNode get(String path) {
		return send(HttpRequest.newBuilder(URI.create(origin() + path)).build());
	}

	JsonNode post(String session, String events) {
		return send(HttpRequest.newBuilder(URI.create(origin() + "/v1/sessions/" + session + "/events"))
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(events))
			.build());
	}

	private JsonNode send(HttpRequest request) {
		try {
			return JsonMapper.shared().readTree(this.client.send(request, HttpResponse.BodyHandlers.ofString()).body());
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

}
