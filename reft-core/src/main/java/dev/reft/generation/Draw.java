package dev.reft.generation;

/**
 * A token that was drawn.
 *
 * @param token its id
 * @param logProb the log-probability (nats) that it was drawn with, after all filters; 0 if it was taken greedily
 */
public record Draw(int token, double logProb) {}
