package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GroupGrader;
import dev.reft.grading.Prompt;
import dev.reft.model.ModelInfo;
import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import dev.reft.objective.Accumulation;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Grades by a reward model: the value of the state after a completion's last token, scaled. For RLHF as a trainer's grader, for reranking
 * as an evaluation's.
 *
 * <p>Gradings come from several threads: give it a scorer from {@link dev.reft.model.Models#shared}, which merges what waits into passes.
 * {@link #group} scores the completions of a prompt in one call, equal ones once. A grade's parts hold {@code value}, the model's own number. A
 * completion that is too long for the model's context is judged by what fits, as one that did not end: leaving it out would spare a
 * policy that rambles its bad marks. Only a prompt that fills the context by itself gets {@link Grade.None}.
 */
public final class RewardModelGrader implements Grader {
    private final Scorer scorer;
    private final RewardScale scale;
    private final boolean ownTokens;

    private RewardModelGrader(Scorer scorer, RewardScale scale, boolean ownTokens) {
        if (!scorer.info().outputs().contains(Output.VALUE)) {
            throw new IllegalArgumentException("model " + scorer.info().id() + " does not give VALUE; it gives "
                    + scorer.info().outputs());
        }
        this.scorer = scorer;
        this.scale = scale;
        this.ownTokens = ownTokens;
    }

    /**
     * A grader whose model has the same tokenizer as the policy: completions are scored by their token ids.
     *
     * @param scorer thread-safe; stays the caller's to close
     * @return the grader, not scaled
     * @throws IllegalArgumentException if the model gives no values
     */
    public static RewardModelGrader of(Scorer scorer) {
        return new RewardModelGrader(scorer, RewardScale.NONE, true);
    }

    /**
     * A grader whose model has another tokenizer than the policy: a chat is rendered by the model's own template with the answer as
     * the assistant's message; a plain text is followed by the answer's text, and by the model's only end token where the
     * completion ended.
     *
     * @param scorer thread-safe; stays the caller's to close
     * @return the grader, not scaled
     * @throws IllegalArgumentException if the model gives no values
     */
    public static RewardModelGrader ofText(Scorer scorer) {
        return new RewardModelGrader(scorer, RewardScale.NONE, false);
    }

    /**
     * This grader with scores scaled, such as to mean 0 and deviation 1 over reference answers.
     *
     * @param other gain and bias
     * @return the grader
     */
    public RewardModelGrader withScale(RewardScale other) {
        return new RewardModelGrader(scorer, other, ownTokens);
    }

    @Override
    public Grade grade(Prompt prompt, Completion completion) {
        return gradeAll(prompt, List.of(completion)).get(0);
    }

    /**
     * The same grader for whole groups, which asks the model once a prompt.
     *
     * @return the group grader
     */
    public GroupGrader group() {
        return this::gradeAll;
    }

    private List<Grade> gradeAll(Prompt prompt, List<Completion> group) {
        ModelInfo info = scorer.info();
        List<Row> rows = new ArrayList<>();
        Map<IntBuffer, Integer> known = new HashMap<>(); // samples of one prompt are often the same
        int promptLength = Prompts.encode(scorer.tokenizer(), prompt).length;
        int[] index = new int[group.size()];
        for (int i = 0; i < index.length; i++) {
            int[] tokens = tokens(prompt, group.get(i));
            if (tokens.length > info.contextLength()) {
                tokens = Arrays.copyOf(tokens, info.contextLength());
            }
            index[i] = promptLength >= info.contextLength()
                    ? -1
                    : known.computeIfAbsent(IntBuffer.wrap(tokens), all -> rows.size());
            if (index[i] == rows.size()) {
                rows.add(new Row(tokens, new int[0], 1f));
            }
        }
        float[][] values = rows.isEmpty()
                ? new float[0][]
                : Accumulation.score(scorer, TokenBatch.of(rows), Set.of(Output.VALUE), info.tokensPerPass())
                        .values();
        List<Grade> grades = new ArrayList<>();
        for (int i : index) {
            grades.add(
                    i < 0
                            ? Grade.none("prompt '" + prompt.id() + "' alone fills the context of "
                                    + info.contextLength() + " tokens of " + info.id())
                            : grade(values[i][0]));
        }
        return grades;
    }

    private Grade grade(float value) {
        if (!Float.isFinite(value)) {
            throw new IllegalStateException(
                    "the value of reward model " + scorer.info().id() + " is " + value);
        }
        return new Grade.Score(scale.apply(value), Map.of("value", (double) value), List.of(), "", "");
    }

    private int[] tokens(Prompt prompt, Completion completion) {
        if (!ownTokens) {
            return Transcripts.tokens(
                    scorer.tokenizer(), prompt, completion.text(), completion.finish() != Finish.LENGTH);
        }
        int[] start = Prompts.encode(scorer.tokenizer(), prompt);
        int[] answer = completion.tokens();
        int[] all = Arrays.copyOf(start, start.length + answer.length);
        System.arraycopy(answer, 0, all, start.length, answer.length);
        return all;
    }
}
