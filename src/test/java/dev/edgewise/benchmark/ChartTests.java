package dev.edgewise.benchmark;

import java.io.StringReader;
import java.util.List;
import java.util.stream.IntStream;

import javax.xml.parsers.DocumentBuilderFactory;

import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ChartTests {

	@Test
	void namesTheStepsOfANarrowAxisAndTheDecadesOfAWideOne() throws Exception {
		String chart = Chart.lines("Latency by sessions", "sessions", "ms",
				List.of(new Chart.Series("p99", new double[] { 1, 30, 100_000 }, new double[] { 0.21, 0.3, 1.9 })));
		assertThat(texts(chart)).contains("0.2", "0.5", "1", "2", "1", "10", "100,000", "p99", "sessions", "ms")
			.doesNotContain("20", "0.1", "5");
	}

	@Test
	void spansADecadeWhenAllValuesAreTheSame() throws Exception {
		String chart = Chart.lines("Flat", "messages", "ms",
				List.of(new Chart.Series("p50", new double[] { 10, 1_000 }, new double[] { 0.1, 0.1 })));
		assertThat(texts(chart)).contains("0.05", "0.1", "0.2", "0.5").doesNotContain("1");
	}

	@Test
	void drawsBarsFromZeroWithTheirValues() throws Exception {
		String chart = Chart.bars("Memory of <a> session", "KiB",
				List.of(new Chart.Bar("idle", 1.234), new Chart.Bar("speaking & heard", 56.78)));
		assertThat(texts(chart)).contains("0", "10", "60", "1.23", "56.8", "idle", "speaking & heard", "KiB");
	}

	@Test
	void refusesWhatHasNoPlaceOnLogarithmicAxes() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new Chart.Series("p50", new double[] { 0 }, new double[] { 1 }));
	}

	private static List<String> texts(String svg) throws Exception {
		var nodes = DocumentBuilderFactory.newInstance()
			.newDocumentBuilder()
			.parse(new InputSource(new StringReader(svg)))
			.getElementsByTagName("text");
		return IntStream.range(0, nodes.getLength()).mapToObj((index) -> nodes.item(index).getTextContent()).toList();
	}

}
