package dev.edgewise.http;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.edgewise.EventType;
import dev.edgewise.Routes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of the events that applications bring along.
 */
class UserTypesHttpTests {

	private static final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();

	private static TestServer server;

	@BeforeAll
	static void start() {
		server = TestServer
			.with(Routes.on(Order.class, Basket.class, Payment.class, Addressed.class)
				.id("shop")
				.stream((event) -> Mono.fromRunnable(() -> seen.add(event)))
				.broadcast(),
					Routes.on(Ask.class)
						.id("clock")
						.stream((event) -> Mono.just(new Told(OffsetDateTime.parse("2026-11-23T22:00:00+02:00"),
								new Date(0), Duration.ofMillis(-1500), Optional.empty(), OptionalInt.of(3), "mine")))
						.broadcast())
			.property("spring.jackson.time-zone", "Europe/Berlin")
			.property("spring.jackson.date-format", "yyyy")
			.start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@BeforeEach
	void forget() {
		seen.clear();
	}

	@Test
	void carriesARecordThereAndBack() throws Exception {
		String json = """
				{"type":"shop-order","lines":[{"text":"a","tags":["x","y"]},{"text":"漢😀","tags":[]}],"kind":"FAST",\
				"when":"2026-11-23T20:24:03.007Z","within":1500,"day":"2026-11-23","price":1.10,\
				"key":"123e4567-e89b-12d3-a456-426614174000","counts":{"a":1}}""";
		JsonNode frame = roundTrip(json);
		JsonNode sent = JsonMapper.shared().readTree(json);
		sent.propertyNames()
			.stream()
			.filter((name) -> !name.equals("price"))
			.forEach((name) -> assertThat(frame.get(name)).as(name).isEqualTo(sent.get(name)));
		assertThat(frame.propertyNames()).containsExactlyInAnyOrderElementsOf(
				List.of("sequence", "at", "type", "lines", "kind", "when", "within", "day", "price", "key", "counts"));
		Order order = (Order) seen.poll(5, TimeUnit.SECONDS);
		assertThat(order).isNotNull();
		assertThat(order.within()).isEqualTo(Duration.ofMillis(1500));
		assertThat(order.note()).isNull();
		assertThat(order.size()).isEmpty();
	}

	@Test
	void carriesABeanAndAChildOfASealedParent() throws Exception {
		assertThat(roundTrip("{\"type\":\"Basket\",\"owner\":\"me\",\"age\":250}").get("age").asLong()).isEqualTo(250);
		assertThat(((Basket) seen.poll(5, TimeUnit.SECONDS)).getOwner()).isEqualTo("me");
		roundTrip("{\"type\":\"Card\",\"number\":\"1\"}");
		assertThat(seen.poll(5, TimeUnit.SECONDS)).isEqualTo(new Card("1"));
		assertThat(server.post(server.session() + "/events", "{\"type\":\"Payment\"}").problem())
			.isEqualTo("unknown-event-type");
	}

	@Test
	void givesTheEnvelopesValuesToComponentsOfThoseNames() throws Exception {
		JsonNode frame = roundTrip("{\"type\":\"Addressed\",\"id\":\"e1\",\"generation\":\"g1\",\"text\":\"x\"}");
		assertThat(seen.poll(5, TimeUnit.SECONDS)).isEqualTo(new Addressed("e1", "g1", "x"));
		assertThat(frame.get("id").asString()).isEqualTo("e1");
	}

	@Test
	void writesEveryTimeInUtc() {
		String session = server.session();
		try (Wire wire = server.converse(session, "{\"type\":\"Ask\"}")) {
			JsonNode told = wire.until("Told").stream().reduce((one, other) -> other).orElseThrow().json();
			assertThat(told.get("offset").asString()).isEqualTo("2026-11-23T20:00:00Z");
			assertThat(OffsetDateTime.parse(told.get("date").asString()))
				.isEqualTo(OffsetDateTime.parse("1970-01-01T00:00:00Z"));
			assertThat(told.has("nothing")).isFalse();
			assertThat(told.get("span").asLong()).isEqualTo(-1500);
			assertThat(told.get("number").asInt()).isEqualTo(3);
			assertThat(told.get("id").asString()).isEqualTo("mine");
		}
	}

	private static JsonNode roundTrip(String event) {
		String session = server.session();
		TestServer.Answer answer = server.post(session + "/events", event);
		assertThat(answer.status()).as(answer.body()).isEqualTo(202);
		try (Wire wire = server.stream(session + "/stream?after=0")) {
			return wire.event().json();
		}
	}

	enum Kind {

		FAST, SLOW

	}

	record Line(String text, List<String> tags) {
	}

	@EventType("shop-order")
	record Order(List<Line> lines, Kind kind, Instant when, Duration within, LocalDate day, BigDecimal price, UUID key,
			Map<String, Integer> counts, @Nullable String note, Optional<Integer> size) {
	}

	record Addressed(String id, @Nullable String generation, String text) {
	}

	sealed interface Payment {

	}

	record Card(String number) implements Payment {
	}

	record Ask() {
	}

	record Told(OffsetDateTime offset, Date date, Duration span, Optional<String> nothing, OptionalInt number,
			String id) {
	}

	static class Basket {

		private String owner = "";

		private @Nullable Duration age;

		public String getOwner() {
			return this.owner;
		}

		public void setOwner(String owner) {
			this.owner = owner;
		}

		public @Nullable Duration getAge() {
			return this.age;
		}

		public void setAge(@Nullable Duration age) {
			this.age = age;
		}

	}

}
