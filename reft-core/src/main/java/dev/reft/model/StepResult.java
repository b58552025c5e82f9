package dev.reft.model;

/**
 * What an optimiser step did.
 *
 * @param applied false if the gradient was not finite: nothing changed then, and the gradients were dropped
 * @param gradientNorm global L2 norm of the gradients before clipping; NaN or infinite if {@code applied} is false
 */
public record StepResult(boolean applied, double gradientNorm) {}
