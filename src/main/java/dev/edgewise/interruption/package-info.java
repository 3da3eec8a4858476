/**
 * Deciding: when speech is an interruption, and when it is not.
 *
 * <h2>What is decided about</h2>
 * <p>
 * Every event that could cut off a generation is decided about, for each generation that
 * has not ended, and every decision is recorded as a {@link dev.edgewise.Decision}. Which
 * {@linkplain dev.edgewise.interruption.InterruptionPolicy policy} decides is said by the
 * session, else by the route ({@link dev.edgewise.Route#policy()}), else it is
 * {@code immediate}, which has no thresholds.
 * <p>
 * An <em>utterance</em> is what a user says in one go: from {@code UserStartedSpeaking}
 * to {@code UserStoppedSpeaking} of the same speaker, with the transcripts that come for
 * it, the late ones too. An interim transcript is replaced by the next one; final ones
 * add up. A transcript that no start came before is an utterance of its own. The words of
 * different utterances are never added.
 *
 * <h2>The rules</h2>
 * <p>
 * An {@link dev.edgewise.interruption.Evaluator} asks the
 * {@linkplain dev.edgewise.interruption.Rule rules} in their order with the
 * {@link dev.edgewise.Evidence} that is at hand, and the first that has a verdict
 * decides:
 * <ol>
 * <li>{@code FORCED} interrupts: {@code EmergencyStop}, or {@code "force": true};</li>
 * <li>{@code PROTECTED} ignores: the route, a section or the item must not be cut;</li>
 * <li>{@code STOP_PHRASE} interrupts: the words have one of {@code stop-phrases};</li>
 * <li>{@code FLAPPING} ignores: {@code flapping.max} utterances have interrupted within
 * {@code flapping.window};</li>
 * <li>{@code BACK_OFF} ignores: the last interruption is less than {@code back-off}
 * ago;</li>
 * <li>{@code OPENING} ignores: the reply is within {@code protect-first} or its
 * {@code protect-first-words}, or took the floor from this utterance;</li>
 * <li>{@code BACKCHANNEL}, a gate: the words are one of {@code backchannels} and nothing
 * else, or there are none yet;</li>
 * <li>{@code LOW_CONFIDENCE}, a gate: the recogniser was less sure than
 * {@code min-confidence}, or there are no words yet;</li>
 * <li>{@code TOO_FEW_WORDS}, a gate: fewer than {@code min-words};</li>
 * <li>{@code TOO_SHORT}, a gate: the user has spoken for less than
 * {@code min-speech};</li>
 * <li>{@code CONDITION} ignores: the route's condition says no;</li>
 * <li>{@code INTERRUPTED} interrupts: nothing spoke against it;</li>
 * <li>{@code DEADLINE} interrupts: a gate spoke against it, but the time to decide is
 * over and the user still speaks.</li>
 * </ol>
 * <p>
 * A threshold is reached by "at least". One that is absent or zero is no gate. All gates
 * that are set must be passed. The gates are about speech, that is
 * {@code UserStartedSpeaking} and {@code UserTranscriptionReceived}; every other cause
 * interrupts at once unless a rule before the gates or the condition says otherwise. An
 * application adds {@linkplain dev.edgewise.interruption.InterruptionRule rules} of its
 * own, or replaces some of these.
 *
 * <h2>Pause, decide, resume</h2>
 * <p>
 * A gate that is not passed while more of the utterance is to be heard does not ignore
 * but pauses: the generation stands still ({@code AgentGenerationPaused}), no stream
 * takes a frame of it, and its node is held back. From then on every event of the
 * utterance is decided about, whether the route names it or not. Exactly one of these
 * ends the pause: the generation is interrupted, or {@code AgentGenerationResumed} is
 * appended and it goes on with its very next item.
 * <ul>
 * <li>An interim transcript interrupts as soon as all gates are passed; its final one
 * takes nothing back. Until then the gate stays open.</li>
 * <li>A final transcript closes the question: what still speaks against it now resumes.
 * If the utterance goes on, its next transcript is decided afresh, with all its
 * words.</li>
 * <li>{@code min-speech} is reached by time alone.</li>
 * <li>{@code transcript-wait} after the user has stopped, it resumes without a final
 * transcript. One that comes later is decided afresh.</li>
 * <li>{@code decide-within} after the pause began, a user who still speaks interrupts,
 * and otherwise it resumes.</li>
 * </ul>
 * <p>
 * The end of an utterance is the user's turn, which starts the next reply. While the
 * utterance is undecided its turn waits. If it interrupts, the turn starts then; if it
 * was ignored, it starts and replaces nothing on a route whose generation it would have
 * cut, and that is recorded with the rule that ignored it. Routes with nothing running
 * start as ever.
 * <p>
 * What the user says to a generation that is protected is kept, dropped or reported, as
 * {@link dev.edgewise.interruption.InterruptionPolicy.WhileProtected} says.
 *
 * <h2>Inside</h2>
 * <p>
 * {@link dev.edgewise.interruption.Utterances} hears which events belong together,
 * {@link dev.edgewise.interruption.Words} counts and
 * {@link dev.edgewise.interruption.Phrases} compares what was said, in any script. Knows
 * neither sessions nor routes.
 */
@NullMarked
package dev.edgewise.interruption;

import org.jspecify.annotations.NullMarked;
