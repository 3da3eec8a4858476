package dev.edgewise.simulation;

import org.junit.jupiter.api.Test;

class SimulationReportTests {

	@Test
	void tryIt() {
		long t = System.nanoTime();
		Outcome o = Outcome.play();
		System.out.println("MS " + (System.nanoTime() - t) / 1_000_000);
		new Report(o).files().forEach((n, c) -> {
			try {
				java.nio.file.Path p = java.nio.file.Path.of("/tmp/simout").resolve(n.replace("/", "_"));
				java.nio.file.Files.writeString(p, c);
			}
			catch (java.io.IOException e) {
				throw new RuntimeException(e);
			}
		});
	}

}
