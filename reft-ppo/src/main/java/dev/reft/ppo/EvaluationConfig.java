package dev.reft.ppo;

import dev.reft.generation.Sampling;
import dev.reft.grading.GradingLimits;
import java.util.List;

/**
 * How an evaluation samples and judges.
 *
 * @param sampling how answers are drawn
 * @param samplesPerPrompt answers to each problem, &gt;= 1; several are put to the vote, by what the grader
 *     says that it read ({@code Grade.Score.extracted})
 * @param maxTokens most tokens of an answer, &gt;= 1
 * @param stops texts that end an answer
 * @param concurrentSamples most answers generated at a time, &gt;= 1
 * @param rightFrom an answer is right if its score is at least this
 * @param grading how the grader is run
 * @param seed of the draws
 */
public record EvaluationConfig(
        Sampling sampling,
        int samplesPerPrompt,
        int maxTokens,
        List<String> stops,
        int concurrentSamples,
        double rightFrom,
        GradingLimits grading,
        long seed) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public EvaluationConfig {
        stops = List.copyOf(stops);
        if (samplesPerPrompt < 1 || maxTokens < 1 || concurrentSamples < 1) {
            throw new IllegalArgumentException("samplesPerPrompt " + samplesPerPrompt + ", maxTokens " + maxTokens
                    + " and concurrentSamples " + concurrentSamples + " must be positive");
        }
        if (!Double.isFinite(rightFrom)) {
            throw new IllegalArgumentException("rightFrom " + rightFrom + " must be finite");
        }
    }

    /**
     * The likeliest answer to each problem, right from a score of 1.
     *
     * @param maxTokens most tokens of an answer
     * @return the configuration
     */
    public static EvaluationConfig greedy(int maxTokens) {
        return new EvaluationConfig(Sampling.GREEDY, 1, maxTokens, List.of(), 64, 1, GradingLimits.DEFAULT, 0);
    }

    /**
     * Several answers to each problem, of which the commonest counts.
     *
     * @param samples answers to each problem
     * @param temperature of the draws; 1 in ReFT
     * @param maxTokens most tokens of an answer
     * @param seed of the draws
     * @return the configuration
     */
    public static EvaluationConfig voting(int samples, float temperature, int maxTokens, long seed) {
        return new EvaluationConfig(
                Sampling.at(temperature), samples, maxTokens, List.of(), 64, 1, GradingLimits.DEFAULT, seed);
    }

    /**
     * This configuration with texts that end an answer.
     *
     * @param texts the texts
     * @return the configuration
     */
    public EvaluationConfig withStops(List<String> texts) {
        return new EvaluationConfig(
                sampling, samplesPerPrompt, maxTokens, texts, concurrentSamples, rightFrom, grading, seed);
    }

    /**
     * This configuration with another bound on what is generated at a time.
     *
     * @param samples most answers at a time
     * @return the configuration
     */
    public EvaluationConfig withConcurrentSamples(int samples) {
        return new EvaluationConfig(sampling, samplesPerPrompt, maxTokens, stops, samples, rightFrom, grading, seed);
    }
}
