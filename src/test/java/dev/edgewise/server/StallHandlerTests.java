package dev.edgewise.server;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StallHandlerTests {

	private static final int TIMEOUT = 1_000;

	private SlowChannel channel;

	@BeforeEach
	void open() {
		this.channel = new SlowChannel();
		this.channel.freezeTime();
	}

	@AfterEach
	void release() {
		this.channel.taken = Integer.MAX_VALUE;
		this.channel.finishAndReleaseAll();
	}

	@Test
	void closesAConnectionThatTakesNothing() {
		write("an answer");
		pass(TIMEOUT - 1);
		assertThat(this.channel.isOpen()).isTrue();
		pass(1);
		assertThat(this.channel.isOpen()).isFalse();
	}

	@Test
	void doesNotTakeWhatIsWrittenForWhatIsTaken() {
		write("an answer");
		pass(TIMEOUT / 2);
		write("another");
		pass(TIMEOUT / 2);
		assertThat(this.channel.isOpen()).isFalse();
	}

	@Test
	void keepsAConnectionThatTakesALittleNowAndThen() {
		write("one", "two", "three", "four");
		for (int i = 0; i < 3; i++) {
			take(1);
			pass(TIMEOUT);
			assertThat(this.channel.isOpen()).isTrue();
		}
		pass(TIMEOUT);
		assertThat(this.channel.isOpen()).isFalse();
	}

	@Test
	void keepsAConnectionThatHasTakenAllAndIsIdle() {
		write("an answer");
		take(1);
		pass(10 * TIMEOUT);
		assertThat(this.channel.isOpen()).isTrue();
	}

	@Test
	void givesEachStallItsTime() {
		write("one");
		pass(TIMEOUT / 2);
		take(1);
		write("two");
		// the look that the first has left behind
		pass(TIMEOUT / 2);
		assertThat(this.channel.isOpen()).isTrue();
		pass(TIMEOUT);
		assertThat(this.channel.isOpen()).isFalse();
	}

	@Test
	void hasNoTimerWhenNothingIsLeft() {
		this.channel.taken = Integer.MAX_VALUE;
		write("an answer");
		assertThat(this.channel.runScheduledPendingTasks()).isEqualTo(-1);
	}

	private void write(String... answers) {
		for (String answer : answers) {
			this.channel.write(Unpooled.copiedBuffer(answer, StandardCharsets.UTF_8));
		}
		this.channel.flush();
	}

	private void take(int answers) {
		this.channel.taken = answers;
		this.channel.flush();
		this.channel.taken = 0;
	}

	private void pass(int millis) {
		this.channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
		this.channel.runScheduledPendingTasks();
	}

	/**
	 * A channel whose client takes as many writes as it is told.
	 */
	private static final class SlowChannel extends EmbeddedChannel {

		private int taken;

		SlowChannel() {
			super(new StallHandler(Duration.ofMillis(TIMEOUT)));
		}

		@Override
		protected void doWrite(ChannelOutboundBuffer in) {
			for (int i = 0; i < this.taken && in.current() instanceof ByteBuf; i++) {
				in.remove();
			}
		}

	}

}
