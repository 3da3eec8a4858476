package dev.edgewise.benchmark;

import java.util.List;

/**
 * What others publish of themselves. Nothing here is measured; each cell has its source.
 */
final class PeersPart implements Part {

	@Override
	public String title() {
		return "Beside others";
	}

	@Override
	public void measure(Page page) {
		page.paragraph(
				"""
						No framework of this kind that we know publishes how long its interruption takes, how much still reaches
						the client, or what a session weighs. What they publish is thresholds of detection (how much speech it
						takes until an interruption is *recognised*, which is before the clock of this report starts), bounds
						after which they give up waiting, and promises without a figure. So a figure of ours stands in no cell of
						this table: it would be compared with something else. Looked up in November 2026.""");
		page.table(List.of("question", "what is published", "source"), List.of(
				row("How much speech before it is an interruption?", "LiveKit Agents: 0.5 s (`min_duration`)",
						"livekit/agents, `livekit-agents/livekit/agents/voice/turn.py`"),
				row("", "Pipecat: 0.2 s (`start_secs`)", "pipecat-ai/pipecat, `audio/vad/vad_analyzer.py`; issue 1622"),
				row("", "OpenAI Realtime: no duration, a threshold of 0.5 on loudness",
						"the API's reference, `turn_detection`"),
				row("How long may an agent ignore it?", "LiveKit Agents: 5 s, then it is cancelled and an error logged",
						"livekit/agents, `voice/speech_handle.py`, `INTERRUPTION_TIMEOUT`"),
				row("", "Cartesia Line: no bound; its receive loop waits for the cancelled task",
						"cartesia-ai/line, `line/voice_agent_app.py`, as we read it"),
				row("Does an interruption overtake what is queued?",
						"Pipecat: yes, at each processor; what stands behind it is dropped",
						"docs.pipecat.ai, Interruptions"),
				row("", "Cartesia Line 0.1: no, one queue of 1,000 in order; a remark says that it should",
						"cartesia-ai/line, `line/bus.py`"),
				row("", "Google ADK for Java: no, one queue in order",
						"google/adk-java, `LiveRequestQueue.java`, as we read it"),
				row("What still reaches the client?",
						"Pipecat with LiveKit's transport: \"several seconds\" up to minutes, before it was mended",
						"pipecat-ai/pipecat, pull request 4151"),
				row("", "Vocode: about a chunk of a second",
						"vocodedev/vocode-core, `streaming/constants.py`, as we read it"),
				row("", "OpenAI's Agents SDK: what the application has buffered, which must stop it itself",
						"openai/openai-agents-python, `docs/realtime/guide.md`"),
				row("", "LangChain4j: no callback after `cancel()`; before the first token there is nothing to cancel",
						"langchain4j/langchain4j, `response-streaming.md`; issue 6304"),
				row("Does the model's stream close?",
						"Spring AI: not with OpenAI's client, until it was mended in 2026",
						"spring-projects/spring-ai, issue 6654, pull request 6656"),
				row("", "Quarkus LangChain4j: open issues, also for tools that run on",
						"quarkiverse/quarkus-langchain4j, issues 1976 and 2174"),
				row("Does a false interruption resume?", "LiveKit Agents: yes, after 2 s",
						"livekit/agents, `voice/turn.py`, `false_interruption_timeout`")));
		page.paragraph(
				"""
						Where this project is behind: LiveKit ships a model that tells a backchannel from an interruption by its
						sound, 216 ms after it begins by its maker's account; Edgewise hears words only, and decides when the
						recogniser has found some. Pipecat, LiveKit and Vocode reach to the loudspeaker, with transports for
						telephones and WebRTC; Edgewise ends at the stream, and the last buffer is the client's. Line and LiveKit run
						sessions on many machines; a session of Edgewise lives in one process.""");
	}

	private static List<String> row(String question, String published, String source) {
		return List.of(question, published, source);
	}

}
