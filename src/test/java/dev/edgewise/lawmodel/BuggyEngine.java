package dev.edgewise.lawmodel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;

import javax.tools.ToolProvider;

/**
 * A copy of the engine with every {@link Bug} in its source, each to be turned on. It is
 * compiled beside the real one and has a class loader of its own, so the real one needs
 * no hook.
 */
final class BuggyEngine {

	private static final Path SOURCES = Path.of("src/main/java/dev/edgewise/session");

	private static final String OWN = "dev.edgewise.";

	private final BiFunction<String, Long, String> verdicts;

	/**
	 * Compiles the copy.
	 * @param place an empty directory
	 */
	@SuppressWarnings("unchecked")
	BuggyEngine(Path place) throws IOException, ReflectiveOperationException {
		Map<String, String> sources = new TreeMap<>();
		for (Bug bug : Bug.values()) {
			String file = bug.file() + ".java";
			if (!sources.containsKey(file)) {
				sources.put(file, Files.readString(SOURCES.resolve(file)));
			}
			sources.put(file, bug.in(sources.get(file)));
		}
		Path classes = Files.createDirectory(place.resolve("classes"));
		List<String> arguments = new ArrayList<>(List.of("-nowarn", "-proc:none", "-d", classes.toString(), "-cp",
				System.getProperty("java.class.path")));
		for (Map.Entry<String, String> source : sources.entrySet()) {
			arguments.add(Files.writeString(place.resolve(source.getKey()), source.getValue()).toString());
		}
		int result = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
		if (result != 0) {
			throw new IllegalStateException("The copy cannot be compiled");
		}
		this.verdicts = (BiFunction<String, Long, String>) new Loader(classes).loadClass(BuggyVerdict.class.getName())
			.getDeclaredConstructor()
			.newInstance();
	}

	/**
	 * Plays a script on the copy.
	 * @param bug what is wrong with it; empty for nothing
	 * @param seed what the script is made from
	 * @return the law that it breaks and how; empty if it breaks none
	 */
	String verdict(String bug, long seed) {
		return this.verdicts.apply(bug, seed);
	}

	/**
	 * Loads everything of the project's own once more, the copies first.
	 */
	private static final class Loader extends ClassLoader {

		private final Path copies;

		Loader(Path copies) {
			super(BuggyEngine.class.getClassLoader());
			this.copies = copies;
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (!name.startsWith(OWN)) {
				return super.loadClass(name, resolve);
			}
			synchronized (getClassLoadingLock(name)) {
				Class<?> loaded = findLoadedClass(name);
				return (loaded != null) ? loaded : define(name);
			}
		}

		private Class<?> define(String name) throws ClassNotFoundException {
			String file = name.replace('.', '/') + ".class";
			Path copy = this.copies.resolve(file);
			try (InputStream original = getResourceAsStream(file)) {
				if (original == null) {
					throw new ClassNotFoundException(name);
				}
				byte[] bytes = Files.exists(copy) ? Files.readAllBytes(copy) : original.readAllBytes();
				return defineClass(name, bytes, 0, bytes.length);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
