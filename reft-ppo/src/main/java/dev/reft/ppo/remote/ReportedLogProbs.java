package dev.reft.ppo.remote;

/** Which log-probabilities a server reports. The enum grows. */
public enum ReportedLogProbs {
    /**
     * The model's own, at temperature 1 and before penalties and filters: vLLM's default ({@code --logprobs-mode
     * raw_logprobs}) and llama.cpp's. Requests then need temperature 1 (or 0, greedy), as nothing else is known of others.
     */
    RAW,
    /**
     * Those that tokens were drawn with, after temperature, penalties and filters: vLLM's {@code --logprobs-mode
     * processed_logprobs}. With a filter or penalty the unfiltered ones, which a correction needs, are unknown.
     */
    PROCESSED
}
