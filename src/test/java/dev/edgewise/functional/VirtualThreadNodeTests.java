package dev.edgewise.functional;

import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * Nodes that block, on virtual threads.
 */
@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "virtual threads need Java 21")
class VirtualThreadNodeTests extends BlockingNodeTests {

	@Override
	Stage.Plan real(Stage.Plan plan) {
		return plan.virtualThreads();
	}

}
