package dev.reft.ppo.remote;

/**
 * How old the weights were that a sampler's answers came from, since it was opened.
 *
 * @param weights number of the weights now: refreshes so far
 * @param answers answers that were handed over
 * @param stale those of them that were sampled with older weights
 * @param mostBehind the most refreshes that an answer was behind
 * @param repeated attempts that failed and were repeated
 */
public record SamplerLag(long weights, long answers, long stale, long mostBehind, long repeated) {}
