package dev.reft.ppo.evaluation;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.grading.Transcripts;
import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
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
                Grade grade = grader.grade(prompt, completion);
                return grade instanceof Grade.Score score ? score.value() : Double.NEGATIVE_INFINITY;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("ranking prompt '" + prompt.id() + "' was interrupted", e);
            } catch (Exception e) {
                throw new IllegalStateException(
                        "ranking sample " + completion.sample() + " of prompt '" + prompt.id() + "' failed", e);
            }
        });
    }

    /**
     * Scores answers by a reward model: the value after the last token of {@link Transcripts#tokens}. A row that is too long for
     * the model loses tokens of the answer's end.
     *
     * @param model stays the caller's to close
     * @return the ranker; rows go to the model in batches of at most its {@code tokensPerPass}, or one row
     * @throws IllegalArgumentException if the model gives no values
     */
    static Ranker rewardModel(Scorer model) {
        if (!model.info().outputs().contains(Output.VALUE)) {
            throw new IllegalArgumentException("the model '" + model.info().id() + "' gives no values; it gives "
                    + model.info().outputs());
        }
        return (prompt, completions) -> {
            double[] scores = new double[completions.size()];
            List<Row> rows = new ArrayList<>();
            int first = 0;
            int tokens = 0;
            for (int i = 0; i < scores.length; i++) {
                int[] all = Transcripts.tokens(
                        model.tokenizer(), prompt, completions.get(i).text());
                int[] kept =
                        Arrays.copyOf(all, Math.min(all.length, model.info().contextLength()));
                if (!rows.isEmpty() && tokens + kept.length > model.info().tokensPerPass()) {
                    last(model, rows, scores, first);
                    rows.clear();
                    first = i;
                    tokens = 0;
                }
                rows.add(new Row(kept, new int[0], 1f));
                tokens += kept.length;
            }
            last(model, rows, scores, first);
            return scores;
        };
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

    private static void last(Scorer model, List<Row> rows, double[] scores, int first) {
        if (!rows.isEmpty()) {
            float[][] values = model.score(TokenBatch.of(List.copyOf(rows)), Set.of(Output.VALUE))
                    .values();
            for (int i = 0; i < values.length; i++) {
                scores[first + i] = values[i][values[i].length - 1];
            }
        }
    }
}
