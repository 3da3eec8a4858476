package dev.edgewise.browser;

import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The parts of the console that need no page, each by itself.
 */
@Timeout(120)
class ConsoleModulesTests {

	private static Service service;

	private static Chromium chromium;

	private static Visit visit;

	@BeforeAll
	static void start() {
		chromium = Chromium.start();
		service = new Service();
		visit = new Visit(chromium, service.origin()).enter();
	}

	@AfterAll
	static void stop() {
		if (service != null) {
			visit.close();
			service.close();
			chromium.close();
		}
	}

	@Test
	void readsAnEventStreamHoweverItIsCutIntoPieces() {
		Object differing = evaluate("sse.js",
				"""
						const text = ': hello\\nretry: 700\\n\\nid: 1\\nevent: A\\ndata: x\\n\\nid:2\\r\\ndata:y\\r\\ndata: z\\r\\n\\r\\n'
						  + 'data\\r\\r: beat\\n\\nevent: lost\\n\\nid: 3\\ndata: ü\\n\\ndata: unfinished';
						const expected = '[["1","A","x"],["2","message","y\\\\nz"],["2","message",""],["3","message","ü"],700]';
						const differing = [];
						for (let size = 1; size < text.length; size++) {
						  const events = [];
						  let retry;
						  const parser = new module.EventStreamParser(
						    ({ id, type, data }) => events.push([id, type, data]), (millis) => (retry = millis));
						  for (let at = 0; at < text.length; at += size) {
						    parser.push(text.slice(at, at + size));
						  }
						  if (JSON.stringify([...events, retry]) !== expected) {
						    differing.push(size + ': ' + JSON.stringify([...events, retry]));
						  }
						}
						return differing;""");
		assertThat((List<?>) differing).isEmpty();
	}

	@Test
	void takesASentenceWhenItIsSureOfItsEnd() {
		assertThat(evaluate("text.js", """
				return [
				  module.sentenceLength('Hello there. And', false),
				  module.sentenceLength('Hello there.', false),
				  module.sentenceLength('Hello there.', true),
				  module.sentenceLength('It costs 3.50 euro', false),
				  module.sentenceLength('“Stop!” he said', false),
				  module.sentenceLength('今日は。明日', false),
				  module.sentenceLength('word, '.repeat(60), false) < 241,
				  module.sentenceLength('', true)];""")).isEqualTo(List.of(13, 0, 12, 0, 8, 4, true, 0));
	}

	@Test
	void findsWhatWasSpokenInTheText() {
		assertThat(evaluate("text.js", """
				const text = 'Hello, *world*. How are you?';
				return [
				  module.advance(text, 0, 'hello world'),
				  module.advance(text, 0, 'Hello'),
				  module.advance(text, 15, 'how are'),
				  module.advance(text, 0, 'goodbye'),
				  module.advance(text, 15, 'how are you today'),
				  module.advance(text, 3, ''),
				  module.wordsLength('one two three', 2),
				  module.countWords(' one  two ')];""")).isEqualTo(List.of(15, 6, 23, -1, -1, 3, 8, 2));
	}

	@Test
	void tellsSpeechFromClicksAndPauses() {
		assertThat(evaluate("vad.js",
				"""
						const detector = new module.SpeechDetector({ threshold: -40, attack: 50, hangover: 300 });
						const changes = [];
						let time = 0;
						const hear = (level, millis) => {
						  for (let heard = 0; heard < millis; heard += 10, time += 10) {
						    const change = detector.hear(level, 10);
						    if (change) changes.push(change + ' ' + time);
						  }
						};
						hear(-70, 500);
						hear(-10, 30); // a click
						hear(-70, 470);
						hear(-20, 400); // speech from 1000
						hear(-70, 200); // a pause
						hear(-20, 400);
						hear(-70, 500); // silence from 2000
						return changes.concat(
						  module.levelOf(new Float32Array(128)), Math.round(module.levelOf(new Float32Array(128).fill(0.1))));"""))
			.isEqualTo(List.of("start 1040", "stop 2290", -100, -20));
	}

	@Test
	void makesTheSameOfFramesWheneverTheyCome() {
		assertThat(evaluate("model.js",
				"""
						const model = new module.Model();
						let sequence = 0;
						const at = (millis) => new Date(1e12 + millis).toISOString();
						const frame = (millis, type, more) => model.apply({ sequence: ++sequence, at: at(millis), type, ...more });
						const g = { generation: 'g', route: 'r' };
						frame(0, 'UserStoppedSpeaking');
						frame(5, 'AgentGenerationStarted', g);
						frame(10, 'AgentResponse', { ...g, content: 'One two ' });
						frame(20, 'AgentResponse', { ...g, content: 'three four.' });
						frame(30, 'AgentSpeechSent', { content: 'one two' });
						frame(100, 'UserStartedSpeaking');
						frame(104, 'AgentGenerationPaused', { ...g, cause: 6, rule: 'BACKCHANNEL' });
						const states = [module.stateOf(model.generations.get('g'))];
						frame(600, 'AgentGenerationInterrupted', { ...g, reason: 'EVENT', cause: 6, elapsedMillis: 595, discarded: 2 });
						model.settle([{ generation: 'g', generated: 'One two three four. Five', heard: 'One two three' }]);
						const cut = model.generations.get('g');
						states.push(module.stateOf(cut), cut.text, cut.heard, cut.silence.millis, cut.pauses[0].to - cut.pauses[0].from);
						const decision = { sequence: 6, generation: 'g', verdict: 'PAUSE', rule: 'BACKCHANNEL', at: at(104) };
						states.push(model.decide(decision), model.decide({ ...decision }), model.decisions.length);
						return states;"""))
			.isEqualTo(List.of("paused", "interrupted", "One two three four. Five", 13, 4, 496, true, false, 1));
	}

	@Test
	void tellsWhatWasSpokenInOrderAndAgainIfItCouldNotBeTold() {
		assertThat(evaluate("acknowledgements.js", """
				const posts = [];
				let reachable = true;
				const told = new module.Acknowledgements(async (events) => {
				  if (!reachable) throw new Error('unreachable');
				  posts.push(events.map((event) => event.content ?? event.characters).join());
				}, 1);
				const text = 'One two three';
				told.known('a', 4);
				told.spoken('a', 8, text);
				await told.flush();
				reachable = false;
				told.spoken('a', 13, text);
				await told.flush();
				reachable = true;
				await told.flush();
				told.spoken('b', 3, null);
				told.spoken('b', 5, null);
				await told.flush();
				told.spoken('b', 5, null);
				await told.flush();
				return posts;""")).isEqualTo(List.of("two ", "three", "5"));
	}

	@Test
	void makesAnEventOfFields() {
		assertThat(evaluate("events.js",
				"""
						const fields = [
						  { name: 'content', kind: 'text', required: true },
						  { name: 'interim', kind: 'boolean' },
						  { name: 'confidence', kind: 'number' },
						  { name: 'value', kind: 'json' }];
						const refusal = (values) => {
						  try { return module.eventOf('T', fields, values); } catch (error) { return error.message; }
						};
						return [
						  JSON.stringify(module.eventOf('T', fields, { content: 'x', interim: 'on', confidence: '0.5', value: '{"a":1}' })),
						  refusal({ content: ' ' }), refusal({ content: 'x', confidence: 'high' }), refusal({ content: 'x', value: '{' })];"""))
			.isEqualTo(List.of(
					"{\"type\":\"T\",\"content\":\"x\",\"interim\":true,\"confidence\":0.5,\"value\":{\"a\":1}}",
					"content: is required", "confidence: must be a number", "value: must be JSON"));
	}

	@Test
	void readsRecordingsAndSaysWhichLineIsWrong() {
		assertThat(evaluate("recording.js",
				"""
						const refusal = (text) => {
						  try { module.Recording.parse(text); return ''; } catch (error) { return error.message; }
						};
						const line = (sequence, second) => JSON.stringify({ frame: {
						  sequence, at: '2026-01-01T00:00:0' + second + 'Z', type: 'AgentError', error: 'e' + sequence } });
						const recording = module.Recording.parse(
						  ['{"recording":1,"session":"s"}', line(1, 1), '{"gap":{"from":2,"to":3}}', line(4, 5), ''].join('\\n'));
						const replay = new module.Replay(recording);
						const counts = [recording.from, recording.from + 1_000, recording.to, recording.from]
						  .map((time) => [replay.seek(time).frames.length, replay.model.turns.length].join('/'));
						return [...counts, refusal('{"recording":2}'), refusal('{"recording":1}\\n{')];"""))
			.isEqualTo(List.of("2/2", "0/2", "1/3", "2/2",
					"This is not a recording of version 1: its first line must have \"recording\": 1",
					"Line 2 is not JSON"));
	}

	private static Object evaluate(String file, String body) {
		return visit.page.evaluate("async () => { const module = await import('/console/" + file + "');" + body + " }");
	}

}
