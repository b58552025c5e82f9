package dev.reft.ppo.remote;

import dev.reft.generation.Completion;

/**
 * A completion with the weights that it was sampled with.
 *
 * @param completion the completion
 * @param weights number of the weights: 0 those that the server had at first, then one more each refresh. An answer during which
 *     weights were exchanged has the older number
 * @param behind how many refreshes came since, when it was handed over
 * @param attempts attempts that it took, &gt;= 1
 */
public record RemoteAnswer(Completion completion, long weights, long behind, int attempts) {}
