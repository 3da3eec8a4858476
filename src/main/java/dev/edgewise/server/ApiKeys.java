package dev.edgewise.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.edgewise.server.SecurityProperties.ApiKey;
import lombok.extern.slf4j.Slf4j;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.PropertiesPropertySourceLoader;
import org.springframework.boot.env.PropertySourceLoader;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.io.FileSystemResource;

/**
 * The API keys that are in force, as hashes. A key is random and long, so one round of
 * SHA-256 hides it; it is hashed once and compared with all of them, without an early
 * exit, by {@link MessageDigest#isEqual} and nothing else.
 */
@Slf4j
final class ApiKeys {

	private static final String PREFIX = "edgewise.security.api-keys";

	private static final Pattern HASH = Pattern.compile("sha256:[0-9a-fA-F]{64}");

	private final Map<String, ApiKey> configured;

	private final @Nullable Path file;

	private volatile List<Entry> entries;

	private @Nullable Stamp read;

	/**
	 * Reads the keys.
	 * @throws IOException if the file cannot be read
	 * @throws IllegalArgumentException if it has what is no key
	 */
	ApiKeys(Map<String, ApiKey> configured, @Nullable Path file) throws IOException {
		this.configured = Map.copyOf(configured);
		this.file = file;
		this.entries = entries(configured);
		if (file != null) {
			read(file);
		}
	}

	/**
	 * Finds who has a key.
	 * @param key what was presented
	 * @return the caller, or null if the key is nobody's
	 */
	@Nullable Caller find(String key) {
		byte[] presented = sha256(key);
		Entry found = null;
		for (Entry entry : this.entries) {
			if (MessageDigest.isEqual(entry.hash, presented)) {
				found = entry;
			}
		}
		return (found != null) ? found.caller : null;
	}

	/**
	 * Reads the file again if it has changed. What cannot be read changes nothing: the
	 * keys from before stay in force.
	 */
	synchronized void refresh() {
		if (this.file == null) {
			return;
		}
		try {
			Stamp now = Stamp.of(this.file);
			if (now.isSameAs(this.read)) {
				return;
			}
			read(this.file);
			log.info("API keys were read again: {} are in force", this.entries.size());
		}
		catch (IOException | RuntimeException ex) {
			// without its message, which may quote the file
			log.warn("API keys could not be read again ({}); those from before stay in force",
					ex.getClass().getSimpleName());
		}
	}

	private synchronized void read(Path path) throws IOException {
		Stamp stamp = Stamp.of(path);
		Map<String, ApiKey> keys = new LinkedHashMap<>(this.configured);
		keys.putAll(load(path));
		this.entries = entries(keys);
		this.read = stamp;
	}

	private static Map<String, ApiKey> load(Path path) throws IOException {
		String name = String.valueOf(path.getFileName());
		PropertySourceLoader loader = Stream
			.<PropertySourceLoader>of(new YamlPropertySourceLoader(), new PropertiesPropertySourceLoader())
			.filter((candidate) -> Stream.of(candidate.getFileExtensions())
				.anyMatch((extension) -> name.endsWith("." + extension)))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("its name must end with .yml, .yaml or .properties"));
		MutablePropertySources sources = new MutablePropertySources();
		loader.load(name, new FileSystemResource(path)).forEach(sources::addLast);
		return new Binder(ConfigurationPropertySources.from(sources))
			.bind(PREFIX, Bindable.mapOf(String.class, ApiKey.class))
			.orElseGet(Map::of);
	}

	private static List<Entry> entries(Map<String, ApiKey> keys) {
		return keys.entrySet().stream().map((key) -> entry(key.getKey(), key.getValue())).toList();
	}

	private static Entry entry(String name, ApiKey key) {
		if (!HASH.matcher(key.hash()).matches() || key.roles().isEmpty()) {
			throw new IllegalArgumentException(
					"'" + name + "' must have a hash, 'sha256:' and 64 hexadecimal digits, and a role");
		}
		return new Entry(HexFormat.of().parseHex(key.hash(), "sha256:".length(), key.hash().length()),
				new Caller("key:" + name, key.roles()));
	}

	private static byte[] sha256(String text) {
		try {
			return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * A key that is in force.
	 */
	private static final class Entry {

		final byte[] hash;

		final Caller caller;

		Entry(byte[] hash, Caller caller) {
			this.hash = hash;
			this.caller = caller;
		}

	}

	/**
	 * When a file was changed, and how long it was.
	 *
	 * @param modified the time in milliseconds
	 * @param size the bytes
	 */
	private record Stamp(long modified, long size) {

		static Stamp of(Path path) throws IOException {
			BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
			return new Stamp(attributes.lastModifiedTime().toMillis(), attributes.size());
		}

		boolean isSameAs(@Nullable Stamp other) {
			return other != null && this.modified == other.modified && this.size == other.size;
		}

	}

}
