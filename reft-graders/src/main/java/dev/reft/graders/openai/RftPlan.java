package dev.reft.graders.openai;

/**
 * The numbers of a run that a job's hyper-parameters set.
 *
 * @param promptsPerStep prompts of a training step, &gt;= 1
 * @param samplesPerPrompt samples of each prompt in a step, &gt;= 1
 * @param epochs passes over the training prompts, &gt;= 1
 * @param learningRate of the policy, &gt; 0
 * @param evaluateEvery steps between two evaluations, &gt;= 1
 * @param evaluationSamples samples of each validation prompt, &gt;= 1
 * @param reasoningEffort for the chat template's variable {@code reasoning_effort}, or "" for none
 */
public record RftPlan(
        int promptsPerStep,
        int samplesPerPrompt,
        int epochs,
        double learningRate,
        int evaluateEvery,
        int evaluationSamples,
        String reasoningEffort) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is not positive
     */
    public RftPlan {
        if (promptsPerStep < 1
                || samplesPerPrompt < 1
                || epochs < 1
                || !(learningRate > 0)
                || Double.isInfinite(learningRate)
                || evaluateEvery < 1
                || evaluationSamples < 1) {
            throw new IllegalArgumentException("a plan of " + promptsPerStep + " prompts, " + samplesPerPrompt
                    + " samples, " + epochs + " epochs, rate " + learningRate + ", evaluation every " + evaluateEvery
                    + " steps with " + evaluationSamples + " samples: all must be positive");
        }
    }

    /**
     * The steps of the whole run; the last step of an epoch may be filled with prompts of the next.
     *
     * @param rows training prompts, &gt;= 1
     * @return {@code ceil(rows * epochs / promptsPerStep)}
     */
    public long steps(int rows) {
        return ((long) rows * epochs + promptsPerStep - 1) / promptsPerStep;
    }
}
