package dev.reft.ppo.evaluation;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GroupGrader;
import dev.reft.grading.Prompt;
import dev.reft.model.Scorer;
import dev.reft.ppo.RewardModelGrader;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleBiFunction;

/** Scores the answers to one problem without knowing the right one, to choose among them. */
@FunctionalInterface
public interface Ranker {
    /**
     * Scores answers.
     *
     * @param prompt the problem
     * @param completions its answers
     * @return one score an answer, higher is better, not NaN
     */
    double[] scores(Prompt prompt, List<Completion> completions);

    /**
     * Scores answers one by one.
     *
     * @param score of a problem and an answer
     * @return the ranker
     */
    static Ranker scoring(ToDoubleBiFunction<Prompt, Completion> score) {
        return (prompt, completions) -> completions.stream()
                .mapToDouble(completion -> score.applyAsDouble(prompt, completion))
                .toArray();
    }

    /**
     * Scores answers by a grader that needs no reference, such as a judge. What it gives no score comes after all that
     * it scores.
     *
     * @param grader the grader
     * @return the ranker; it throws an IllegalStateException if the grader throws
     */
    static Ranker grader(Grader grader) {
        return scoring((prompt, completion) -> {
            try {
                return score(grader.grade(prompt, completion));
            } catch (Exception e) {
                throw failed("sample " + completion.sample() + " of prompt '" + prompt.id() + "'", e);
            }
        });
    }

    /**
     * Scores all answers to a problem at once, by a grader that needs no reference. What it gives no score comes after all that it
     * scores.
     *
     * @param grader the grader
     * @return the ranker; it throws an IllegalStateException if the grader throws
     */
    static Ranker group(GroupGrader grader) {
        return (prompt, completions) -> {
            try {
                return grader.grade(prompt, completions).stream()
                        .mapToDouble(Ranker::score)
                        .toArray();
            } catch (Exception e) {
                throw failed("the answers to prompt '" + prompt.id() + "'", e);
            }
        };
    }

    /**
     * Scores answers by a reward model of the policy's own tokenizer, as {@link RewardModelGrader#of} does. An answer that is too
     * long for the model comes after all that it scores.
     *
     * @param model stays the caller's to close
     * @return the ranker; rows go to the model in batches of at most its {@code tokensPerPass}, or one row
     * @throws IllegalArgumentException if the model gives no values
     */
    static Ranker rewardModel(Scorer model) {
        return group(RewardModelGrader.of(model).group());
    }

    /**
     * This ranker with other numbers in the same places, such as a probability for a logit, so that scores can be weights.
     *
     * @param map applied to each score
     * @return the ranker
     */
    default Ranker mapped(DoubleUnaryOperator map) {
        return (prompt, completions) ->
                Arrays.stream(scores(prompt, completions)).map(map).toArray();
    }

    private static double score(Grade grade) {
        return grade instanceof Grade.Score score ? score.value() : Double.NEGATIVE_INFINITY;
    }

    private static IllegalStateException failed(String what, Exception e) {
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        return new IllegalStateException("ranking " + what + " failed", e);
    }
}
