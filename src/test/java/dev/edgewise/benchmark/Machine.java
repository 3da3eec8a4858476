package dev.edgewise.benchmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;

import com.sun.management.OperatingSystemMXBean;

/**
 * The machine that this runs on, in words.
 */
final class Machine {

	private Machine() {
	}

	static String describe() throws IOException {
		OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
		return "%d cores of %s, %d GiB of memory, %s %s, %s %s, on %s".formatted(system.getAvailableProcessors(),
				processor(), system.getTotalMemorySize() >> 30, system.getName(),
				system.getVersion().replaceFirst("[^0-9.].*", ""), System.getProperty("java.vm.name"),
				System.getProperty("java.version"), LocalDate.now(ZoneOffset.UTC));
	}

	private static String processor() throws IOException {
		Path info = Path.of("/proc/cpuinfo");
		if (!Files.exists(info)) {
			return System.getProperty("os.arch");
		}
		return Files.readAllLines(info)
			.stream()
			.filter((line) -> line.startsWith("model name"))
			.map((line) -> line.substring(line.indexOf(':') + 1).strip())
			.findFirst()
			.orElse(System.getProperty("os.arch"));
	}

}
