package dev.edgewise.lawmodel;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Scripts in which a start decides that a generation is interrupted, tells so in the
 * receipt, and does not cut it off.
 */
class DecidedAndNotCutTests {

	@Test
	void l15AStartThatIsAimedElsewhereDecidesNothingAboutOneThatRunsBesideIt() {
		assertThat(Verdict.on(Script
			.parse("""
					shuffle 3 frames 1024 prefetch 4
					route a on Stop cut Start PARALLEL 3 filter all condition always handler none cleanup false policy gated nodes SLOW:.tp:0
					0 read r0 start -3
					10 post Stop:1=>
					231 post Start:3=>
					271 post Text:1=>unknown Stop:0=>over1
					""")))
			.isNull();
	}

	@Test
	void l4AReceiptNamesNoneAsInterruptedThatGoesOnSinceAnotherWasSpared() {
		assertThat(Verdict.on(Script
			.parse("""
					shuffle 1 frames 1024 prefetch 8
					route b on Stop cut Text PARALLEL 2 filter all condition >1 handler slow60 cleanup false policy reporting nodes SLOW:.tt:40
					0 post Stop:3=>
					1 post Stop:1=>live2!
					1 post Text:1=>live1
					41 post Stop:3=i1>
					""")))
			.isNull();
	}

}
