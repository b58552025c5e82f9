package dev.reft.ppo;

import dev.reft.grading.Prompt;

/**
 * An answer that is marked on its own, not against another.
 *
 * @param prompt what was answered; its id names the example in messages
 * @param response the answer
 * @param good whether it is right, or desirable
 */
public record LabelledResponse(Prompt prompt, Response response, boolean good) {}
