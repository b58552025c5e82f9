package dev.reft.graders.judges;

import dev.reft.generation.Completion;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.model.Models;
import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;

/**
 * A judge in this process that is not asked to write: it reads a question about the completion, and the score is the mean of the
 * verdicts' scores under its own probabilities, {@code sum(p(v) s(v)) / sum(p(v))}. That has no reply to misread, gives degrees
 * where a written verdict gives one bit, and takes one pass.
 *
 * <p>The probability of a verdict is that of all its tokens after the question (as in G-Eval, arXiv 2303.16634, which weights
 * scores by the probabilities of their tokens); verdicts of different length in tokens are not made equal.
 *
 * <p>A completion with which the question does not fit the judge's context gets the lowest of the verdicts' scores, or what another
 * {@link TooLong} says. A question that does not fit even without the completion fails the grading.
 */
public final class LikelihoodJudge implements Grader {
    private final Scorer judge;
    private final BiFunction<Prompt, Completion, String> question;
    private final Map<String, Double> verdicts;
    private final TooLong tooLong;

    private LikelihoodJudge(
            Scorer judge,
            BiFunction<Prompt, Completion, String> question,
            Map<String, Double> verdicts,
            TooLong tooLong) {
        this.judge = judge;
        this.question = question;
        this.tooLong = tooLong;
        this.verdicts = Collections.unmodifiableMap(new LinkedHashMap<>(verdicts));
        if (verdicts.size() < 2) {
            throw new IllegalArgumentException("a judge needs at least two verdicts, given " + verdicts.keySet());
        }
        verdicts.forEach((verdict, score) -> {
            if (!Double.isFinite(score)) {
                throw new IllegalArgumentException("the verdict '" + verdict + "' has the score " + score);
            }
            if (judge.tokenizer().encode(verdict).length == 0) {
                throw new IllegalArgumentException("the verdict '" + verdict + "' has no token");
            }
        });
    }

    /**
     * A judge of a model that nothing else uses; it is put behind {@link Models#shared(Scorer)}.
     *
     * @param judge the model; the caller closes it after the last grading
     * @param question what the model reads of a prompt and a completion, up to where the verdict comes
     * @param verdicts texts that may come, at least two, with their finite scores
     * @return the grader
     * @throws IllegalArgumentException if there are fewer than two verdicts, or one has no token or no finite score
     */
    public static LikelihoodJudge of(
            Scorer judge, BiFunction<Prompt, Completion, String> question, Map<String, Double> verdicts) {
        return new LikelihoodJudge(Models.shared(judge), question, verdicts, TooLong.WORST);
    }

    /**
     * A judge of a model that many threads may use as it is, such as one from {@link Models#shared(Scorer)}.
     *
     * @param judge a thread-safe front; the caller closes it
     * @param question what the model reads of a prompt and a completion, up to where the verdict comes
     * @param verdicts texts that may come, at least two, with their finite scores
     * @return the grader
     * @throws IllegalArgumentException if there are fewer than two verdicts, or one has no token or no finite score
     */
    public static LikelihoodJudge ofShared(
            Scorer judge, BiFunction<Prompt, Completion, String> question, Map<String, Double> verdicts) {
        return new LikelihoodJudge(judge, question, verdicts, TooLong.WORST);
    }

    /**
     * The same with another policy for completions that do not fit the judge's context. Where it is {@link TooLong#CUT}, the question is made
     * of the completion's both ends.
     *
     * @param policy what becomes of them
     * @return a new grader
     */
    public LikelihoodJudge withTooLong(TooLong policy) {
        return new LikelihoodJudge(judge, question, verdicts, policy);
    }

    @Override
    public Grade grade(Prompt prompt, Completion completion) throws JudgeException, TimeoutException {
        Deadline.current().check();
        Optional<List<Row>> rows = LongCompletion.<List<Row>, RuntimeException>read(
                completion,
                tooLong,
                "the context of " + judge.info().contextLength() + " tokens of the judge '"
                        + judge.info().id() + "'",
                empty -> rows(prompt, empty).isPresent(),
                shown -> rows(prompt, shown));
        if (rows.isEmpty()) {
            double worst =
                    verdicts.values().stream().mapToDouble(score -> score).min().orElse(0);
            return new Grade.Score(worst, Map.of(), List.of(), "", JudgeGrader.UNREAD);
        }
        Deadline.current().check();
        return weighed(
                judge.score(TokenBatch.of(rows.get()), Set.of(Output.LOG_PROB)).logProbs());
    }

    /** The question with each verdict; empty if the longest does not fit. */
    private Optional<List<Row>> rows(Prompt prompt, Completion completion) {
        int[] asked = judge.tokenizer().encodePrompt(question.apply(prompt, completion));
        List<Row> rows = new ArrayList<>();
        for (String verdict : verdicts.keySet()) {
            Row row = Row.of(asked, judge.tokenizer().encode(verdict));
            if (row.tokens().length > judge.info().contextLength()) {
                return Optional.empty();
            }
            rows.add(row);
        }
        return Optional.of(rows);
    }

    private Grade weighed(float[][] logProbs) {
        double[] sums = new double[logProbs.length];
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < sums.length; i++) {
            for (float logProb : logProbs[i]) {
                sums[i] += logProb;
            }
            largest = Math.max(largest, sums[i]);
        }
        double total = 0;
        double score = 0;
        int at = 0;
        Map<String, Double> parts = new LinkedHashMap<>();
        for (Map.Entry<String, Double> verdict : verdicts.entrySet()) {
            double probability = Math.exp(sums[at++] - largest);
            total += probability;
            score += probability * verdict.getValue();
            parts.put(verdict.getKey(), probability);
        }
        if (!Double.isFinite(score)) {
            throw new ArithmeticException(
                    "the judge '" + judge.info().id() + "' gave a log-probability that is not finite");
        }
        double all = total;
        parts.replaceAll((verdict, probability) -> probability / all);
        return new Grade.Score(score / total, parts, List.of(), "", "");
    }
}
