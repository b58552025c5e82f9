package dev.reft.graders.judges;

/**
 * A judge's answer.
 *
 * @param text what it says; untrusted
 * @param model which model answered, as it calls itself
 * @param usage what was read and written
 */
public record ChatReply(String text, String model, TokenUsage usage) {}
