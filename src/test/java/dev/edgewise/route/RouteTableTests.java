package dev.edgewise.route;

import java.util.List;

import dev.edgewise.EventType;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.UserEvent;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RouteTableTests {

	@Test
	void matchesSubtypesOfWhatRoutesName() {
		try (Scan scan = Scan.of((context) -> {
			context.registerBean("a", RouteDefinition.class,
					() -> Routes.on(UserEvent.class).interruptOn(DTMFInput.class).stream((event) -> "x").broadcast());
			context.registerBean("b", RouteDefinition.class,
					() -> Routes.on(UserStoppedSpeaking.class)
						.interruptOn(UserEvent.class)
						.stream((event) -> "x")
						.broadcast());
		})) {
			RouteTable table = scan.table();
			RouteTable.Matches stopped = table.match(UserStoppedSpeaking.class);
			assertThat(stopped.starts()).extracting(CompiledRoute::id).containsExactly("a", "b");
			assertThat(stopped.interrupts(scan.route("a"))).isFalse();
			assertThat(stopped.interrupts(scan.route("b"))).isTrue();
			assertThat(table.match(DTMFInput.class).starts()).extracting(CompiledRoute::id).containsExactly("a");
			assertThat(table.match(DTMFInput.class).interrupts(scan.route("a"))).isTrue();
			assertThat(table.match(AgentResponse.class).any()).isFalse();
			assertThat(table.match(DTMFInput.class).any()).isTrue();
		}
	}

	@Test
	void namesEventsByClassOrAnnotation() {
		EventTypes types = new EventTypes(List.of(UserStartedSpeaking.class, Renamed.class));
		assertThat(EventTypes.nameOf(EmergencyStop.class)).isEqualTo("EmergencyStop");
		assertThat(types.names()).containsExactly("UserStartedSpeaking", "renamed");
		assertThat(types.find("renamed")).isEqualTo(Renamed.class);
		assertThat(types.find("Renamed")).isNull();
	}

	@EventType("renamed")
	record Renamed() {
	}

}
