package dev.reft.graders.judges;

import dev.reft.generation.Completion;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.grading.Transcripts;
import dev.reft.model.Models;
import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/**
 * A reward model as a grader: the score is the value after the row's last token. The row is the prompt and the completion
 * in the reward model's own tokens: a chat by its template with the answer as the assistant's message, a plain text followed
 * by the answer's text and the model's end token where it has exactly one. A row that is too long for the model loses tokens
 * of the answer's end.
 */
public final class RewardModelGrader implements Grader {
    private final Scorer scorer;

    private RewardModelGrader(Scorer scorer) {
        this.scorer = scorer;
        if (!scorer.info().outputs().contains(Output.VALUE)) {
            throw new IllegalArgumentException("the model '" + scorer.info().id() + "' gives no values; it gives "
                    + scorer.info().outputs());
        }
    }

    /**
     * A grader of a model that nothing else uses; it is put behind {@link Models#shared(Scorer)}.
     *
     * @param scorer the reward model; the caller closes it after the last grading
     * @return the grader
     * @throws IllegalArgumentException if the model gives no values
     */
    public static RewardModelGrader of(Scorer scorer) {
        return new RewardModelGrader(Models.shared(scorer));
    }

    /**
     * A grader of a model that many threads may use as it is, such as one from {@link Models#shared(Scorer)}.
     *
     * @param scorer a thread-safe front; the caller closes it
     * @return the grader
     * @throws IllegalArgumentException if the model gives no values
     */
    public static RewardModelGrader ofShared(Scorer scorer) {
        return new RewardModelGrader(scorer);
    }

    @Override
    public Grade grade(Prompt prompt, Completion completion) throws TimeoutException {
        int[] tokens = Transcripts.tokens(scorer.tokenizer(), prompt, completion.text());
        int most = scorer.info().contextLength();
        String note = tokens.length <= most ? "" : "cut from " + tokens.length + " to " + most + " tokens";
        int[] row = tokens.length <= most ? tokens : Arrays.copyOf(tokens, most);
        Deadline.current().check();
        float[][] values = scorer.score(TokenBatch.of(List.of(new Row(row, new int[0], 1f))), Set.of(Output.VALUE))
                .values();
        float value = values[0][values[0].length - 1];
        if (!Float.isFinite(value)) {
            throw new ArithmeticException("the reward model '" + scorer.info().id() + "' gave " + value);
        }
        return new Grade.Score(value, Map.of(), List.of(), "", note);
    }
}
