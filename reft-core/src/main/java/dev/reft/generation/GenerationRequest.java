package dev.reft.generation;

import java.util.List;

/**
 * A prompt to complete, once for each seed.
 *
 * @param id names the request among those of a generation
 * @param prompt token ids, at least one
 * @param seeds one sample a seed, at least one; a token's draw hashes its seed with its position in the row
 *     ({@link dev.reft.random.Seeds#uniform}), so it does not depend on what else is generated
 * @param sampling how tokens are drawn
 * @param maxTokens most tokens a sample may have, the ending EOS included, &gt;= 1
 * @param stops texts that end a sample; the text of the completion ends before the first of them, its tokens include it
 * @param constraint which tokens are allowed at each position, or {@link Constraint#NONE}
 */
public record GenerationRequest(
        String id,
        int[] prompt,
        long[] seeds,
        Sampling sampling,
        int maxTokens,
        List<String> stops,
        Constraint constraint) {
    /**
     * Checks the request.
     *
     * @throws IllegalArgumentException if the prompt or the seeds are empty, maxTokens is not positive, or a stop is
     *     empty
     */
    public GenerationRequest {
        stops = List.copyOf(stops);
        if (prompt.length == 0) {
            throw new IllegalArgumentException("request " + id + ": the prompt needs at least one token");
        }
        for (int t = 0; t < prompt.length; t++) {
            if (prompt[t] < 0) {
                throw new IllegalArgumentException(
                        "request " + id + ": prompt token " + t + " has the negative id " + prompt[t]);
            }
        }
        if (seeds.length == 0) {
            throw new IllegalArgumentException("request " + id + ": one seed for each sample wanted, none given");
        }
        if (maxTokens < 1) {
            throw new IllegalArgumentException("request " + id + ": maxTokens " + maxTokens + " must be positive");
        }
        if (stops.contains("")) {
            throw new IllegalArgumentException("request " + id + ": a stop text is empty");
        }
    }
}
