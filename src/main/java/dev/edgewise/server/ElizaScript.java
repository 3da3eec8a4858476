package dev.edgewise.server;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What the built-in agent says: rules that look for a phrase and answer with what
 * surrounds it, seen from the other side. The same words at the same turn have the same
 * answer.
 */
final class ElizaScript {

	private static final List<Rule> RULES = List.of(rule(
			"^\\W*(?:stop|wait|hold on|be quiet|shut up|enough|one moment)\\b",
			"I have stopped. There is no hurry here, and my sentences keep. Say what you wanted to say.",
			"All right, I am quiet. It is better that you break in than that you listen politely. What was it?"),
			rule("\\b(?:bye|goodbye|good night|see you|farewell)\\b",
					"Goodbye, then. You did most of the work, I only asked. Come back when there is more to tell.",
					"Until next time. Keep the question that you liked least, it is often the useful one."),
			rule("^\\W*(?:hello|hi|hey|good (?:morning|afternoon|evening|day))\\b",
					"Hello, and welcome. I am a good listener, and I can be interrupted at any time. What is on your mind today?",
					"Hello again. We can begin wherever you like. What has happened since we last spoke?"),
			rule("\\bmy name is ([\\w'-]+)",
					"It is good to meet you, {0}. Names make a conversation warmer. What brings you here?",
					"Thank you, {0}, I shall use it. And what would you like to talk about?"),
			rule("\\bthank(?:s| you)\\b",
					"You are welcome. It costs me nothing to listen. Is there something we have left out?",
					"It was a pleasure. I notice that you thank a handful of rules. What did you find useful in them?"),
			rule("\\b(?:sorry|apologi[sz]e)\\b",
					"There is nothing to be sorry for. To be interrupted is what I was made for. Please go on.",
					"No harm is done. Do you often apologise when you have something to say?"),
			rule("\\bare you (?:an? )?(?:real |just )*(computer|machine|robot|program|bot|human|person|ai|alive)\\b",
					"You wonder whether I am a {0}. I am a page of rules and a clock, nothing grander. Would it change what you tell me?",
					"I am made of patterns, and whether that is a {0} I leave to you. What made you ask?"),
			rule("\\bi (?:dreamt|dreamed|had a dream)(?: (?:of|about|that))? (.+)",
					"So in your dream there was {0}. Dreams borrow from the day before. What in your day looks like it?",
					"You dreamt of {0}. Leave the meaning aside for a moment. What did it feel like when you woke?"),
			rule("\\bi (?:can ?not|can't|could not|couldn't) (.+)",
					"You say that you cannot {0}. Perhaps not yet, and perhaps not alone. What would be the smallest part of it that you can do?",
					"What stands between you and it, when you try to {0}? Name the first thing that comes to mind. We can look at it together."),
			rule("\\bi (?:really |just |only )*(?:want|need|wish for|would like) (?:to )?(.+)",
					"Suppose you had it tomorrow: {0}. Picture the morning after. What would be different, and what would stay the same?",
					"You would like {0}. That is clear, and clear wishes are rare. What have you tried so far?"),
			rule("\\bi (?:am |was )?(?:feel|feeling|felt) (.+)",
					"You feel {0}. I take that seriously, even if I am only made of rules. When did it begin?",
					"To feel {0} can fill a whole day. It also passes, as feelings do. What usually makes it lighter?"),
			rule("\\b(?:i am|i'm) (?:so |very |really )?(?:afraid|scared|worried|nervous|anxious) (?:of |about |that )?(.+)",
					"Then {0} has been following you around. A worry grows in the dark and shrinks when it is described. Describe it to me.",
					"You are worried about {0}. What is the worst that could happen, and what is the most likely? They are seldom the same."),
			rule("\\b(?:i am|i'm) (.+)",
					"How long have you been {0}? You say it as if it were settled. Tell me how it came about.",
					"You tell me that you are {0}. Others might put it differently. How would a friend of yours describe it?"),
			rule("\\bi (?:still )?remember (.+)",
					"Of all the things that could have stayed, {0} did. That is seldom an accident. What else belongs to that memory?",
					"You remember {0}. Does it come back by itself, or do you go and look for it? Tell me about the last time."),
			rule("\\bi (?:do not|don't) know (.+)",
					"You may know more about {0} than you think. Guess, and we shall see whether the guess holds. Nobody keeps a score.",
					"Not to know {0} is an honest place to start. What would you look at first?"),
			rule("\\bi (?:think|believe|suppose|guess) (?:that )?(.+)",
					"You think that {0}. How sure are you, on a scale from one to ten? And what would move it by one?",
					"That {0} is one way to see it. Who would disagree, and what would they say?"),
			rule("\\bbecause (.+)",
					"So the reason is that {0}. It is a good reason, and perhaps not the only one. What lies behind it?",
					"Suppose it were not so that {0}. Would you decide differently? Take your time."),
			rule("\\bmy (mother|father|mum|mom|dad|parents|sister|brother|wife|husband|partner|son|daughter|children|kids|family|friend)\\b",
					"Tell me about your {0}. People who are close to us turn up in most stories. What part do they play in this one?",
					"Your {0} matters here, I think. If your {0} were listening now, what would you want them to hear?"),
			rule("\\b(?:my|the|this|our) (boss|job|work|project|deadline|team|office|company|code|release|meeting|exam|thesis)\\b",
					"The {0} takes up a good deal of room. Some of it is yours to change and some of it is not. Which part are we talking about?",
					"Let us look at the {0} as a stranger would. What would strike them first? And what would they miss?"),
			rule("\\bmy (.+)",
					"Your {0}, then. You could have begun with something else, and you began with that. What is it that holds your attention?",
					"Let us stay with your {0} for a moment. What would you like to be different about it?"),
			rule("\\byou (?:are|'re|keep|always|never) (.+)",
					"So I seem that way to you: {0}. It may be, I cannot see myself. What would you rather have me do?",
					"We were talking about you, and now about me. That is quite all right. What made you think of {0}?"),
			rule("\\b(?:can|could|would|will) you (.+)",
					"You would like me to {0}. I can only listen and ask, but I do that without getting tired. What would it give you?",
					"Whether I could {0} I do not know. Let us assume that I had. What would you ask me next?"),
			rule("\\b(?:tell me|talk|speak) (?:more )?(?:about|of) (.+)",
					"There is much to say about {0}, and most of it you know better than I do. People often ask about a thing when it is near to them. How near is it to you? Begin with what you saw last, and then go back to where it started.",
					"About {0} I could go on for a while, and I would mostly be asking. What do you already know? What would you like to be true?"),
			rule("\\b(always|never|everybody|everyone|nobody|no one)\\b",
					"You say '{0}', and that is a large word. Think of the one time when it was not so. What was different then?",
					"Is it really {0}? Give me one example, the most recent. We shall build on that."),
			rule("^\\W*(?:yes|yeah|yep|sure|of course|right|exactly)\\b",
					"You say it without hesitating. Then let us take it as given. What follows from it?",
					"Good, we agree on that. Now the harder half. What is it that you have not said yet?"),
			rule("^\\W*(?:no|nope|not really|not at all)\\b",
					"No is a complete answer, and I respect it. Still, something made you think about it. What was that?",
					"Then I was on the wrong track. Put me on the right one, in your own words."),
			rule("\\b(?:why|how|what|when|where|who|which)\\b.*\\?",
					"That is a question worth keeping. I could answer it badly, or we could answer it together. What is your first guess?",
					"Before I say anything about that: what answer would please you most? And which one do you expect?"));

	private static final Rule MEMORY = rule("\\bmy (.+)",
			"Let us go back a little. Earlier you spoke of your {0}. Does it have anything to do with this?",
			"I have not forgotten your {0}. You moved on quickly then. Is there more to it?");

	private static final List<String> ANYTHING = List.of(
			"I see. Say a little more about that, there is no hurry. What happened just before?",
			"That is interesting, and I am not sure that I have understood it. Put it another way for me. What is the heart of it?",
			"Go on, please. When you tell it, which part is the hardest to say?",
			"Let us slow down here. If you had to give this a title, what would it be? And why that one?");

	private static final List<String> NOTHING = List.of(
			"I am listening, but no words have reached me. Begin wherever you like. The middle is often a good place.",
			"You were quiet, and that is fine too. Is there something that is hard to put into words?");

	private static final Map<String, String> OTHER_SIDE = Map.ofEntries(Map.entry("i", "you"), Map.entry("me", "you"),
			Map.entry("my", "your"), Map.entry("mine", "yours"), Map.entry("myself", "yourself"),
			Map.entry("am", "are"), Map.entry("i'm", "you are"), Map.entry("i've", "you have"),
			Map.entry("i'd", "you would"), Map.entry("i'll", "you will"), Map.entry("you", "I"),
			Map.entry("your", "my"), Map.entry("yours", "mine"), Map.entry("yourself", "myself"),
			Map.entry("you're", "I am"), Map.entry("you've", "I have"), Map.entry("you'll", "I will"),
			Map.entry("we", "you"), Map.entry("us", "you"), Map.entry("our", "your"));

	/**
	 * Answers.
	 * @param now what the user has said since the agent's last word
	 * @param before what the user has said earlier, oldest first
	 * @param turn how often the agent has spoken
	 */
	String answer(List<String> now, List<String> before, int turn) {
		String said = String.join(". ", now).strip();
		if (said.isEmpty()) {
			return variant(NOTHING, turn);
		}
		for (Rule rule : RULES) {
			String answer = rule.answer(said, turn);
			if (answer != null) {
				return answer;
			}
		}
		for (int i = before.size() - 1; i >= 0; i--) {
			String answer = MEMORY.answer(before.get(i), turn);
			if (answer != null) {
				return answer;
			}
		}
		return variant(ANYTHING, turn);
	}

	private static String variant(List<String> variants, int turn) {
		return variants.get(turn % variants.size());
	}

	private static String fromTheOtherSide(String words) {
		String[] tokens = words.replaceAll("[.,!?;:].*", "").strip().split("\\s+");
		StringBuilder result = new StringBuilder();
		String previous = "";
		for (int i = 0; i < tokens.length; i++) {
			String token = tokens[i].toLowerCase(Locale.ROOT);
			String turned = OTHER_SIDE.getOrDefault(token, tokens[i]);
			if (token.equals("you") && i == tokens.length - 1) {
				turned = "me";
			}
			else if (token.equals("are") && previous.equals("you")) {
				turned = "am";
			}
			else if (token.equals("was") && previous.equals("i")) {
				turned = "were";
			}
			result.append((i > 0) ? " " : "").append(turned);
			previous = token;
		}
		return result.toString();
	}

	private static Rule rule(String phrase, String... answers) {
		return new Rule(Pattern.compile(phrase, Pattern.CASE_INSENSITIVE), List.of(answers));
	}

	/**
	 * What to answer to a phrase.
	 *
	 * @param phrase the phrase; its first group is what the answers take up
	 * @param answers the answers, for one turn after another
	 */
	private record Rule(Pattern phrase, List<String> answers) {

		@Nullable String answer(String said, int turn) {
			Matcher matcher = this.phrase.matcher(said);
			if (!matcher.find()) {
				return null;
			}
			String answer = variant(this.answers, turn);
			return (matcher.groupCount() > 0) ? answer.replace("{0}", fromTheOtherSide(matcher.group(1))) : answer;
		}

	}

}
