package dev.edgewise.web;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

import dev.edgewise.Playback;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.Phrases;
import dev.edgewise.session.Recording;
import dev.edgewise.session.Recording.Aim;
import dev.edgewise.session.Recording.Begun;
import dev.edgewise.session.Recording.Chosen;
import dev.edgewise.session.Recording.Decided;
import dev.edgewise.session.Recording.Framed;
import dev.edgewise.session.Recording.Gap;
import dev.edgewise.session.Recording.Line;
import dev.edgewise.session.Recording.Section;
import org.jspecify.annotations.Nullable;

/**
 * The form that recordings have on the wire: one JSON object a line. Policies have the
 * keys and the values of their properties, so that one can be tuned where it is read.
 */
final class RecordingJson {

	/** To be raised when a reader of the older form would go wrong. */
	private static final int VERSION = 1;

	private final Json json;

	RecordingJson(Json json) {
		this.json = json;
	}

	/**
	 * Writes a recording.
	 */
	byte[] write(Recording recording) {
		ByteArrayOutputStream lines = new ByteArrayOutputStream();
		lines.writeBytes(this.json.write(header(recording)));
		lines.write('\n');
		for (Line line : recording.lines()) {
			if (line instanceof Framed framed) {
				write(framed, lines);
			}
			else {
				lines.writeBytes(this.json.write(describe(line)));
			}
			lines.write('\n');
		}
		return lines.toByteArray();
	}

	private static Map<String, Object> header(Recording recording) {
		Map<String, Object> members = new LinkedHashMap<>();
		members.put("recording", VERSION);
		members.put("session", recording.session());
		put(members, "createdAt", Json.time(recording.createdAt()));
		put(members, "at", Json.time(recording.at()));
		members.put("attributes", recording.attributes());
		if (recording.playback() != Playback.ASSUMED) {
			members.put("playback", HttpEdge.nameOf(recording.playback()));
		}
		put(members, "policy", recording.policy());
		Map<String, Object> policies = new LinkedHashMap<>();
		recording.policies().forEach((policy) -> policies.put(policy.name(), describe(policy)));
		members.put("policies", policies);
		return members;
	}

	private void write(Framed framed, ByteArrayOutputStream lines) {
		lines.writeBytes("{\"frame\":".getBytes(StandardCharsets.US_ASCII));
		lines.writeBytes(FrameJson.dataOf(framed.encoded()));
		Map<String, Object> members = new LinkedHashMap<>();
		if (framed.outside()) {
			members.put("outside", true);
		}
		if (framed.together()) {
			members.put("together", true);
		}
		Aim aim = framed.aim();
		if (aim != null) {
			members.put("force", aim.force());
			put(members, "generation", aim.generation());
			put(members, "route", aim.route());
		}
		if (!members.isEmpty()) {
			byte[] object = this.json.write(members);
			lines.write(',');
			lines.write(object, 1, object.length - 1);
		}
		else {
			lines.write('}');
		}
	}

	private static Map<String, Object> describe(Line line) {
		Map<String, Object> members = new LinkedHashMap<>();
		if (line instanceof Decided decided) {
			return Map.of("decision", DecisionJson.describe(decided.decision()));
		}
		if (line instanceof Begun begun) {
			members.put("id", begun.id());
			members.put("route", begun.route());
			members.put("cause", begun.cause());
			return Map.of("generation", members);
		}
		if (line instanceof Section section) {
			members.put("generation", section.generation());
			put(members, "at", Json.time(section.at()));
			members.put("open", section.open());
			put(members, "items", section.open() ? null : section.items());
			return Map.of("protection", members);
		}
		if (line instanceof Chosen chosen) {
			put(members, "at", Json.time(chosen.at()));
			put(members, "name", chosen.policy());
			return Map.of("policy", members);
		}
		if (line instanceof Gap gap) {
			if (gap.to() >= gap.from()) {
				members.put("from", gap.from());
				members.put("to", gap.to());
			}
			put(members, "decisions", (gap.decisions() > 0) ? gap.decisions() : null);
			put(members, "others", (gap.others() > 0) ? gap.others() : null);
			return Map.of("gap", members);
		}
		throw new IllegalArgumentException(line.toString());
	}

	/**
	 * Describes a policy.
	 */
	static Map<String, Object> describe(InterruptionPolicy policy) {
		Map<String, Object> members = new LinkedHashMap<>();
		members.put("min-words", policy.minWords());
		members.put("min-speech", time(policy.minSpeech()));
		members.put("min-confidence", policy.minConfidence());
		members.put("stop-phrases", policy.stopPhrases().all());
		members.put("backchannels", policy.backchannels().all());
		Map<String, Object> languages = new LinkedHashMap<>();
		TreeSet<String> tags = new TreeSet<>(policy.stopPhrases().byLanguage().keySet());
		tags.addAll(policy.backchannels().byLanguage().keySet());
		for (String tag : tags) {
			Map<String, Object> lists = new LinkedHashMap<>();
			lists.put("stop-phrases", of(policy.stopPhrases(), tag));
			lists.put("backchannels", of(policy.backchannels(), tag));
			languages.put(tag, lists);
		}
		members.put("languages", languages);
		members.put("back-off", time(policy.backOff()));
		members.put("protect-first", time(policy.protectFirst()));
		members.put("protect-first-words", policy.protectFirstWords());
		Map<String, Object> flapping = new LinkedHashMap<>();
		flapping.put("max", policy.flappingMax());
		flapping.put("window", time(policy.flappingWindow()));
		members.put("flapping", flapping);
		members.put("decide-within", time(policy.decideWithin()));
		members.put("transcript-wait", time(policy.transcriptWait()));
		members.put("while-protected", policy.whileProtected().name());
		Map<String, Object> floor = new LinkedHashMap<>();
		floor.put("max-words", policy.floorMaxWords());
		floor.put("max-time", time(policy.floorMaxTime()));
		members.put("floor", floor);
		return members;
	}

	private static List<String> of(Phrases phrases, String tag) {
		return phrases.byLanguage().getOrDefault(tag, List.of());
	}

	private static String time(Duration time) {
		return time.toMillis() + "ms";
	}

	private static void put(Map<String, Object> members, String name, @Nullable Object value) {
		if (value != null) {
			members.put(name, value);
		}
	}

}
