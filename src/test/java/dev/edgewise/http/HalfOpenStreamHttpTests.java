package dev.edgewise.http;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.netty.channel.Channel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import org.junit.jupiter.api.Test;

import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests of what is done about clients that vanish without a word. On one machine none
 * can, so this looks at what the kernel was told.
 */
class HalfOpenStreamHttpTests {

	private static final List<Channel> channels = new CopyOnWriteArrayList<>();

	@Test
	void hasTheKernelGiveUpAStreamOfWhichNothingIsAcknowledged() {
		assumeThat(Epoll.isAvailable()).as("the native transport is available").isTrue();
		try (TestServer server = TestServer.with()
			.source(Watched.class)
			.property("edgewise.stream.stall-timeout", "7s")
			.start()) {
			String session = server.session();
			channels.clear();
			try (Wire wire = server.stream(session + "/stream")) {
				Channel channel = channels.get(0);
				await().untilAsserted(() -> assertThat(userTimeout(channel)).isEqualTo(7_000));
				server.send("DELETE", session, null);
				assertThat(wire.events()).extracting(Wire.Event::name).containsExactly("SessionClosed");
				// the connection may be used for something else
				await().untilAsserted(() -> assertThat(userTimeout(channel)).isZero());
			}
		}
	}

	private static int userTimeout(Channel channel) {
		return channel.config().getOption(EpollChannelOption.TCP_USER_TIMEOUT);
	}

	@Configuration(proxyBeanMethods = false)
	static class Watched {

		@Bean
		NettyServerCustomizer watched() {
			return (server) -> server.doOnChannelInit((observer, channel, address) -> channels.add(channel));
		}

	}

}
