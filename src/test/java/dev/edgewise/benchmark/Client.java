package dev.edgewise.benchmark;

import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

import com.sun.management.OperatingSystemMXBean;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpObjectAggregator;
import org.HdrHistogram.Histogram;

/**
 * The client that loads the server, in a JVM of its own: many sessions on one thread,
 * each with a connection for its stream and one for its posts.
 * <p>
 * The load is open: an event has a time at which it is due, and all that follows is
 * measured from that time, whether the client was late or the server slow, so that no
 * delay hides the next one.
 */
public final class Client {

	/** So many connections are opened at once. */
	private static final int AT_ONCE = 50;

	private static final String START = "{\"type\":\"UserStoppedSpeaking\"}";

	private static final String STOP = "{\"type\":\"UserStartedSpeaking\"}";

	private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1,
			Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());

	private final List<Listener> listeners = new ArrayList<>();

	/** What is measured; touched on the loop alone. */
	private Figures figures = new Figures(Long.MAX_VALUE);

	private int port;

	/** From the start of one answer to that of the next. */
	private long turn;

	private Client() {
	}

	public static void main(String[] arguments) throws Exception {
		Jvm.answer(() -> new Client()::answer);
	}

	private List<String> answer(String[] question) throws Exception {
		return switch (question[0]) {
			case "server" -> {
				this.port = Integer.parseInt(question[1]);
				yield List.of();
			}
			case "talk" -> {
				this.turn = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(question[2]));
				yield open(Integer.parseInt(question[1]), true, "/v1/sessions/%s/stream", 20);
			}
			case "listen" -> open(Integer.parseInt(question[1]), false, question[2], Integer.parseInt(question[3]));
			case "attend" -> attend(Integer.parseInt(question[1]), question[2]);
			case "measure" -> measure(Integer.parseInt(question[1]));
			case "end" -> end();
			case "slow" -> SlowReader.read(this.port, question);
			default -> throw new IllegalArgumentException(question[0]);
		};
	}

	/**
	 * Opens sessions and their streams.
	 * @param talk whether their users interrupt, each once a turn, at times that are
	 * spread evenly
	 * @param path of the stream, with a place for the session's id
	 */
	private List<String> open(int sessions, boolean talk, String path, int every) throws Exception {
		boolean engine = path.startsWith("/v1/");
		List<CompletableFuture<?>> opened = new ArrayList<>();
		// an endpoint without an engine may never come to answer the others
		boolean inTurn = engine || every > 0;
		for (int i = 0; i < sessions; i++) {
			Listener listener = new Listener(talk ? "talk" : "listen", i + "-" + System.nanoTime(), engine);
			this.listeners.add(listener);
			opened.add(listener.open(String.format(Locale.ROOT, path, listener.id), every));
			if (inTurn && i % AT_ONCE == AT_ONCE - 1) {
				CompletableFuture.allOf(opened.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
			}
		}
		if (inTurn) {
			CompletableFuture.allOf(opened.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
		}
		long now = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
		for (int i = 0; i < sessions; i++) {
			Listener listener = this.listeners.get(i);
			long due = now + this.turn * i / sessions;
			if (talk) {
				at(due, () -> listener.turn(due));
			}
			else if (engine) {
				at(due, () -> listener.post(START, (status, body) -> {
				}));
			}
		}
		return List.of();
	}

	/**
	 * Opens streams and no more, whose sessions are named by their numbers, from 0.
	 * @param path of the streams, with a place for the session's id
	 */
	private List<String> attend(int streams, String path) throws Exception {
		for (int i = 0; i < streams; i += AT_ONCE) {
			List<CompletableFuture<?>> opened = new ArrayList<>();
			for (int id = i; id < Math.min(streams, i + AT_ONCE); id++) {
				Listener listener = new Listener("attend", String.valueOf(id), false);
				this.listeners.add(listener);
				opened.add(listener.listen(String.format(Locale.ROOT, path, id)));
			}
			CompletableFuture.allOf(opened.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
		}
		return List.of();
	}

	/**
	 * Measures for some seconds, and waits for what is still to come.
	 */
	private List<String> measure(int seconds) throws Exception {
		long from = System.nanoTime();
		long to = from + TimeUnit.SECONDS.toNanos(seconds);
		long processor = processor();
		long[] received = new long[1];
		Figures figures = new Figures(from);
		onLoop(() -> {
			this.figures = figures;
			this.listeners.forEach((listener) -> listener.received = 0);
		});
		for (long left = to - System.nanoTime(); left > 0; left = to - System.nanoTime()) {
			LockSupport.parkNanos(left);
		}
		List<String> lines = new ArrayList<>();
		long used = processor() - processor;
		long took = System.nanoTime() - from;
		onLoop(() -> {
			received[0] = figures.items;
			figures.to = to;
			long[] each = this.listeners.stream().mapToLong((listener) -> listener.received).sorted().toArray();
			lines.add("least " + each[0]);
			lines.add("middle " + each[each.length / 2]);
			lines.add("most " + each[each.length - 1]);
			lines.add("served " + this.listeners.stream().filter((listener) -> listener.received > 0).count());
		});
		lines.add("nanos " + took);
		lines.add("items " + received[0]);
		lines.add("client " + used);
		long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
		boolean[] missing = { true };
		while (missing[0] && System.nanoTime() < patience) {
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
			onLoop(() -> missing[0] = this.listeners.stream().anyMatch((listener) -> listener.waits(from, to)));
		}
		onLoop(() -> {
			lines.add("missing " + this.listeners.stream().filter((listener) -> listener.waits(from, to)).count());
			lines.addAll(figures.lines());
			this.figures = new Figures(Long.MAX_VALUE);
		});
		return lines;
	}

	/**
	 * Has everybody fall silent, then closes the sessions, all at once.
	 */
	private List<String> end() throws Exception {
		List<CompletableFuture<Void>> closed = new ArrayList<>();
		onLoop(() -> {
			this.listeners.forEach((listener) -> listener.ended = true);
			this.listeners.forEach((listener) -> closed.add(listener.close()));
		});
		CompletableFuture.allOf(closed.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
		this.listeners.forEach((listener) -> listener.channels.forEach(Channel::close));
		this.listeners.clear();
		return List.of();
	}

	private static long processor() {
		return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
	}

	private void onLoop(Runnable task) throws Exception {
		this.loop.submit(task).get(60, TimeUnit.SECONDS);
	}

	private void at(long due, Runnable task) {
		this.loop.schedule(task, due - System.nanoTime(), TimeUnit.NANOSECONDS);
	}

	private CompletableFuture<Channel> connect(ChannelHandler... handlers) {
		CompletableFuture<Channel> connected = new CompletableFuture<>();
		new Bootstrap().group(this.loop)
			.channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
			.option(ChannelOption.TCP_NODELAY, true)
			.handler(new ChannelInitializer<SocketChannel>() {

				@Override
				protected void initChannel(SocketChannel channel) {
					channel.pipeline().addLast(handlers);
				}

			})
			.connect(new InetSocketAddress("127.0.0.1", this.port))
			.addListener((future) -> {
				if (!future.isSuccess()) {
					connected.completeExceptionally(future.cause());
				}
			})
			.addListener((io.netty.channel.ChannelFuture future) -> connected.complete(future.channel()));
		return connected;
	}

	/**
	 * What has been measured.
	 */
	private static final class Figures {

		final Histogram answers = new Histogram(3);

		final Histogram frames = new Histogram(3);

		final Histogram delays = new Histogram(3);

		final Histogram bares = new Histogram(3);

		final List<String> fences = new ArrayList<>();

		final long from;

		long to = Long.MAX_VALUE;

		long items;

		long lost;

		long late;

		Figures(long from) {
			this.from = from;
		}

		boolean measures(long due) {
			return due >= this.from && due < this.to;
		}

		Collection<String> lines() {
			List<String> lines = new ArrayList<>(this.fences);
			describe("answer", this.answers, lines);
			describe("frame", this.frames, lines);
			describe("item", this.delays, lines);
			describe("bare", this.bares, lines);
			lines.add("lost " + this.lost);
			lines.add("late " + this.late);
			return lines;
		}

		private static void describe(String name, Histogram histogram, List<String> lines) {
			lines.add(name + "-count " + histogram.getTotalCount());
			lines.add(name + "-50 " + histogram.getValueAtPercentile(50));
			lines.add(name + "-99 " + histogram.getValueAtPercentile(99));
			lines.add(name + "-99.9 " + histogram.getValueAtPercentile(99.9));
			lines.add(name + "-max " + histogram.getMaxValue());
		}

	}

	/**
	 * A user: hears the stream, and posts.
	 */
	private final class Listener implements StreamParser.Listener {

		final String id;

		private final boolean engine;

		private final Queue<BiConsumer<Integer, String>> answers = new ArrayDeque<>();

		private final CompletableFuture<Void> open = new CompletableFuture<>();

		/** The stream is closed first, then the posts' connection. */
		private final List<Channel> channels = new ArrayList<>();

		long received;

		private int next;

		private boolean fenced;

		/** When the interruptions were due that no frame has told of yet. */
		private final Queue<Long> untold = new ArrayDeque<>();

		/** When the interruptions were due that have not been answered yet. */
		private final Queue<Long> unanswered = new ArrayDeque<>();

		private boolean ended;

		Listener(String kind, String number, boolean engine) {
			this.id = kind + "-" + number;
			this.engine = engine;
		}

		/**
		 * Opens the session, then its stream.
		 */
		CompletableFuture<Void> open(String path, int every) {
			if (!this.engine) {
				return listen(path + "?every=" + every);
			}
			return connect(new HttpResponseDecoder(), new HttpObjectAggregator(1 << 20), new Answers())
				.thenCompose((channel) -> {
					this.channels.add(channel);
					CompletableFuture<Void> made = new CompletableFuture<>();
					Client.this.loop.execute(() -> send("PUT", "/v1/sessions/" + this.id,
							"{\"attributes\":{\"every\":" + every + "}}", (status, body) -> made.complete(null)));
					return made;
				})
				.thenCompose((made) -> listen(path));
		}

		private CompletableFuture<Void> listen(String path) {
			return connect(new Reading()).thenCompose((channel) -> {
				this.channels.add(0, channel);
				channel.writeAndFlush(
						text("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + "Accept: text/event-stream\r\n\r\n"));
				return this.open;
			});
		}

		/**
		 * Has the agent speak, and cuts it off.
		 * @param due when it is to begin
		 */
		void turn(long due) {
			if (this.ended) {
				return;
			}
			post(START, (status, body) -> {
			});
			long between = due + Client.this.turn / 2;
			long stop = due + Client.this.turn * 9 / 10;
			long next = due + Client.this.turn;
			at(between, () -> postBare(between));
			at(stop, () -> stop(stop));
			at(next, () -> turn(next));
		}

		private void stop(long due) {
			if (this.ended) {
				return;
			}
			this.untold.add(due);
			this.unanswered.add(due);
			post(STOP, (status, body) -> {
				this.unanswered.remove();
				if (body.contains("\"interrupted\":[]")) {
					this.untold.remove(due);
				}
				if (Client.this.figures.measures(due)) {
					Client.this.figures.answers.recordValue(System.nanoTime() - due);
				}
			});
		}

		/**
		 * Posts the same to an endpoint that does nothing.
		 */
		private void postBare(long due) {
			if (this.ended) {
				return;
			}
			send("POST", "/bare/" + this.id, STOP, (status, body) -> {
				if (Client.this.figures.measures(due)) {
					Client.this.figures.bares.recordValue(System.nanoTime() - due);
				}
			});
		}

		boolean waits(long from, long to) {
			return Stream.concat(this.untold.stream(), this.unanswered.stream())
				.anyMatch((due) -> due >= from && due < to);
		}

		void post(String body, BiConsumer<Integer, String> answer) {
			send("POST", "/v1/sessions/" + this.id + "/events", body, answer);
		}

		private void send(String method, String path, String body, BiConsumer<Integer, String> answer) {
			this.answers.add(answer);
			this.channels.get(this.channels.size() - 1)
				.writeAndFlush(text(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n"
						+ "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body));
		}

		private static ByteBuf text(String text) {
			return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
		}

		@Override
		public void opened() {
			this.open.complete(null);
		}

		@Override
		public void started() {
			this.fenced = false;
			this.next = 0;
		}

		@Override
		public void item(int index, long nanos) {
			Figures figures = Client.this.figures;
			figures.late += this.fenced ? 1 : 0;
			figures.lost += (index != this.next) ? 1 : 0;
			this.next = index + 1;
			this.received++;
			figures.items++;
			if (figures.measures(nanos)) {
				figures.delays.recordValue(System.nanoTime() - nanos);
			}
		}

		@Override
		public void interrupted(String generation) {
			this.fenced = true;
			Long due = this.untold.poll();
			Figures figures = Client.this.figures;
			if (due != null && figures.measures(due)) {
				figures.frames.recordValue(System.nanoTime() - due);
				figures.fences.add("fence " + generation + " " + due);
			}
		}

		/**
		 * Closes the session.
		 */
		CompletableFuture<Void> close() {
			CompletableFuture<Void> closed = new CompletableFuture<>();
			if (this.engine) {
				send("DELETE", "/v1/sessions/" + this.id, "", (status, body) -> closed.complete(null));
			}
			else {
				closed.complete(null);
			}
			return closed;
		}

		/**
		 * Reads the stream.
		 */
		private final class Reading extends SimpleChannelInboundHandler<ByteBuf> {

			private final StreamParser parser = new StreamParser(Listener.this);

			@Override
			protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
				bytes.forEachByte((b) -> {
					this.parser.take(b);
					return true;
				});
			}

			@Override
			public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
				Listener.this.open.completeExceptionally(cause);
				cause.printStackTrace();
				context.close();
			}

		}

		/**
		 * Reads the answers to posts.
		 */
		private final class Answers extends SimpleChannelInboundHandler<FullHttpResponse> {

			@Override
			protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
				String body = response.content().toString(StandardCharsets.UTF_8);
				if (response.status().code() >= 300) {
					throw new IllegalStateException(response.status() + " " + body);
				}
				Objects.requireNonNull(Listener.this.answers.poll()).accept(response.status().code(), body);
			}

			@Override
			public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
				cause.printStackTrace();
				context.close();
			}

		}

	}

}
