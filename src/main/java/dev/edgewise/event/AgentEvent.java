package dev.edgewise.event;

/**
 * What agents do, and what the engine says of their generations. What an agent wants of
 * the world, such as {@link EndCall} or {@link TransferCall}, is for clients and other
 * routes to act upon; the engine only passes it on.
 */
public sealed interface AgentEvent permits AgentResponse, AgentGenerationStarted, AgentGenerationComplete,
		AgentGenerationInterrupted, AgentGenerationFailed, AgentGenerationPaused, AgentGenerationResumed,
		AgentGenerationProtected, AgentSpeechInterrupted, AgentSpeechPaused, AgentSpeechResumed, AgentTakesFloor,
		AgentStartedSpeaking, AgentStoppedSpeaking, AgentSpeechSent, PlaybackProgress, AgentHandoff, AgentError,
		ToolCall, ToolResult, EndCall, TransferCall, DTMFOutput, LogMetric {

}
