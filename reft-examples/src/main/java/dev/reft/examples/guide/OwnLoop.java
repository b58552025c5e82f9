package dev.reft.examples.guide;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Row;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.objective.Accumulation;
import dev.reft.random.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A training loop from the parts, without a trainer: sample, grade, compare with the group's mean, step. */
public final class OwnLoop {
    private OwnLoop() {}

    // region own-loop
    /**
     * One step of REINFORCE with the mean of each prompt's samples as baseline.
     *
     * @param policy what learns
     * @param grader what is rewarded
     * @param prompts plain text prompts
     * @param step number of the step, from 0
     * @return mean score of the samples
     * @throws Exception what the grader throws
     */
    public static double step(Policy policy, Grader grader, List<Prompt> prompts, long step) throws Exception {
        int samples = 4;
        List<Row> rows = new ArrayList<>();
        List<Double> advantages = new ArrayList<>();
        double total = 0;
        int tokens = 0;
        for (Prompt prompt : prompts) {
            int[] ids = policy.tokenizer().encodePrompt(((Prompt.Input.Text) prompt.input()).text());
            long[] seeds = new long[samples];
            for (int k = 0; k < samples; k++) {
                seeds[k] = Seeds.at(7, Seeds.Stream.ROLLOUT, step, prompt.id(), k);
            }
            var request =
                    new GenerationRequest(prompt.id(), ids, seeds, Sampling.at(1), 16, List.of(), Constraint.NONE);
            double[] scores = new double[samples];
            for (Completion completion : policy.generate(List.of(request))) {
                Grade grade = grader.grade(prompt, completion);
                scores[completion.sample()] = grade instanceof Grade.Score score ? score.value() : 0;
                rows.add(Row.of(ids, completion.tokens()));
                tokens += completion.tokens().length;
            }
            double mean = (scores[0] + scores[1] + scores[2] + scores[3]) / samples;
            for (double score : scores) {
                advantages.add(score - mean);
            }
            total += mean;
        }
        var objective = new OwnObjective(
                advantages.stream().mapToDouble(Double::doubleValue).toArray(), 1.0 / tokens);
        Accumulation.run(
                policy,
                TokenBatch.of(rows),
                Set.of(Output.LOG_PROB),
                objective,
                policy.info().tokensPerPass());
        policy.step(new StepSize(0.05, 0, 1));
        return total / prompts.size();
    }
    // endregion
}
