package dev.edgewise.event;

/**
 * What agents do, and what the engine says of their generations.
 */
public sealed interface AgentEvent permits AgentResponse, AgentGenerationStarted, AgentGenerationComplete,
		AgentGenerationInterrupted, AgentGenerationFailed, AgentStartedSpeaking, AgentStoppedSpeaking, AgentSpeechSent,
		AgentHandoff, AgentError, ToolCall, ToolResult, EndCall, TransferCall, DTMFOutput, LogMetric {

}
