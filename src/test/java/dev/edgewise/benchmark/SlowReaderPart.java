package dev.edgewise.benchmark;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import dev.edgewise.benchmark.Page.Target;

import static dev.edgewise.benchmark.Page.number;

/**
 * What a slow device still gets of an answer that has been cut off.
 */
final class SlowReaderPart implements Part {

	private static final int REPEATS = 3;

	/** As small as a device's may be. */
	private static final int SMALL = 4 << 10;

	private static final double MOST = 100;

	private final Load load;

	SlowReaderPart(Load load) {
		this.load = load;
	}

	@Override
	public String title() {
		return "Slow readers and fast nodes";
	}

	@Override
	public void measure(Page page) {
		List<Device> devices = new ArrayList<>();
		for (int every : List.of(0, 1, 20)) {
			for (int pause : List.of(5, 20, 30)) {
				devices.add(new Device("engine", pause, every, SMALL));
			}
		}
		Device target = new Device("engine", 20, 1, SMALL);
		devices.add(new Device("engine", 20, 1, 0));
		devices.add(new Device("plain", 20, 1, SMALL));
		devices.add(new Device("plain", 20, 1, 0));
		List<String> lines = this.load
			.slow(Collections.nCopies(REPEATS, devices).stream().flatMap(List::stream).map(Device::toString).toList());
		page.paragraph(
				"""
						A device takes a frame, then needs its time for it, while its agent writes as fast as it may; after
						three seconds the user interrupts. Counted are the items of the answer that still reach the device after
						the interruption has been *answered*, and the time until it has read the interrupted frame: what the
						kernels of both sides hold cannot be called back, and nothing else comes. The plain endpoint stops its
						agent at once too, and then sends all that it has. A device that has waited for twelve seconds hurries on,
						so that the count is complete. All devices listen at once, each %d times; medians, and the least and
						most."""
					.formatted(REPEATS));
		List<List<String>> rows = new ArrayList<>();
		for (int i = 0; i < devices.size(); i++) {
			Device device = devices.get(i);
			double[] late = new double[REPEATS];
			double[] seconds = new double[REPEATS];
			for (int repeat = 0; repeat < REPEATS; repeat++) {
				String[] words = lines.get(repeat * devices.size() + i).split(" ");
				late[repeat] = Double.parseDouble(words[1]);
				seconds[repeat] = Double.parseDouble(words[2]) / 1e9;
			}
			rows.add(List.of(device.stream().equals("engine") ? "Edgewise" : "plain", device.pause() + " ms",
					(device.every() == 0) ? "at once" : device.every() + " ms",
					(device.receiveBuffer() == 0) ? "the system's" : "4 KiB", Spread.of(late).format(0),
					Spread.of(seconds).format(2)));
			if (device.equals(target)) {
				Spread spread = Spread.of(late);
				page.target(new Target("items after the interruption: 20 ms socket, 1 ms node", "283, over 5.8 s",
						"≤ " + number(MOST, 0), spread.format(0), spread.most() <= MOST,
						"""
								What the kernels of both sides hold cannot be called back; the most of it is the reader's own
								window."""));
			}
		}
		page.table(List.of("stream", "a frame takes", "an item takes", "receive buffer", "items after the answer",
				"seconds to the frame"), rows);
	}

	/**
	 * A device, as the client is asked for it.
	 */
	private record Device(String stream, int pause, int every, int receiveBuffer) {

		@Override
		public String toString() {
			return this.stream + ":" + this.pause + ":" + this.every + ":" + this.receiveBuffer;
		}

	}

}
