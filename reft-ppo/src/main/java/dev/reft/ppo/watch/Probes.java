package dev.reft.ppo.watch;

import dev.reft.generation.Completion;
import dev.reft.generation.Segment;
import dev.reft.math.KlEstimator;
import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import dev.reft.ppo.Rollouts;
import dev.reft.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/** Measures that ask a model: the distance to where training began, and what has become of texts that it is not trained on. */
public final class Probes {
    /** Name of {@link #kl} in an observation. */
    public static final String KL = "watch/kl";

    /** Name of {@link #logProb} in an observation. */
    public static final String OFF_TASK = "watch/off_task_log_prob";

    /** Where the ratio of a completion is cut in {@link #kl}, which bounds its variance at the price of some bias. */
    private static final double MOST_WEIGHT = 10;

    private Probes() {}

    /**
     * The KL divergence from the initial policy, estimated on what the policy sampled: K1 summed over a completion, mean over
     * completions, as {@code objective/kl} is. A trainer with a KL penalty reports that; this is for checkpoints of one without.
     *
     * <p>If the policy was updated since it sampled, as it is when a checkpoint follows a step, a completion counts as much more or
     * less as the policy would now sample it (self-normalised ratios of the two probabilities, each cut at 10). Without them the
     * estimate right after the first update would be that of the opposite divergence with its sign changed. After an update of
     * several nats few completions carry the estimate: take it as a size then.
     *
     * @param policy the present policy
     * @param initial the policy at the start, such as its frozen copy
     * @param rollouts what the policy sampled, now or a few updates earlier, at least one completion; one whose log-probabilities are
     *     not known counts once
     * @return nats a completion
     * @throws IllegalArgumentException if there is no completion
     */
    public static double kl(Scorer policy, Scorer initial, Rollouts rollouts) {
        TokenBatch batch = rollouts.batch();
        if (batch.size() == 0) {
            throw new IllegalArgumentException("no completion to estimate a KL divergence on");
        }
        Iterator<Completion> completions = rollouts.groups().stream()
                .flatMap(group -> group.completions().stream())
                .iterator();
        double[] kl = new double[batch.size()];
        double[] logWeights = new double[batch.size()];
        int row = 0;
        for (TokenBatch cut : cuts(
                batch, Math.min(policy.info().tokensPerPass(), initial.info().tokensPerPass()))) {
            float[][] now = policy.score(cut, Set.of(Output.LOG_PROB)).logProbs();
            float[][] then = initial.score(cut, Set.of(Output.LOG_PROB)).logProbs();
            for (int i = 0; i < now.length; i++, row++) {
                for (int t = 0; t < now[i].length; t++) {
                    kl[row] += KlEstimator.K1.value(now[i][t], then[i][t]);
                }
                logWeights[row] = Math.min(Math.log(MOST_WEIGHT), logRatio(now[i], completions.next()));
            }
        }
        return weightedMean(kl, logWeights);
    }

    private static double weightedMean(double[] values, double[] logWeights) {
        // Relative to the largest, so that not all weights vanish where the policy has left its samples far behind.
        double largest = Arrays.stream(logWeights).max().orElseThrow();
        double sum = 0;
        double weights = 0;
        for (int i = 0; i < values.length; i++) {
            double weight = Math.exp(logWeights[i] - largest);
            sum += weight * values[i];
            weights += weight;
        }
        return sum / weights;
    }

    /** How much likelier a completion is now than when it was sampled, as a logarithm. */
    private static double logRatio(float[] now, Completion completion) {
        double ratio = 0;
        for (float logProb : now) {
            ratio += logProb;
        }
        for (Segment segment : completion.segments()) {
            if (segment instanceof Segment.Sampled sampled) {
                if (sampled.logProbs().length < sampled.tokens().length) {
                    return 0;
                }
                for (float logProb : sampled.logProbs()) {
                    ratio -= logProb;
                }
            }
        }
        return ratio;
    }

    /**
     * Rows of fixed texts for {@link #logProb}: all tokens but the first are scored.
     *
     * @param tokenizer the model's
     * @param texts such as paragraphs of general prose, each of at least two tokens
     * @return one row a text
     * @throws IllegalArgumentException naming the text that is too short
     */
    public static List<Row> rows(Tokenizer tokenizer, List<String> texts) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            int[] tokens = tokenizer.encodePrompt(texts.get(i));
            if (tokens.length < 2) {
                throw new IllegalArgumentException(
                        "text " + i + " has " + tokens.length + " tokens; a probe needs at least 2");
            }
            int[] scored = new int[tokens.length - 1];
            for (int t = 0; t < scored.length; t++) {
                scored[t] = t + 1;
            }
            rows.add(new Row(tokens, scored, 1f));
        }
        return rows;
    }

    /**
     * The mean log-probability that a model gives to fixed texts: a policy that forgets gives them less and less.
     *
     * @param model the policy
     * @param rows from {@link #rows}, or any others with a scored token
     * @return nats a token, mean over all tokens
     * @throws IllegalArgumentException if no token is scored
     */
    public static double logProb(Scorer model, List<Row> rows) {
        double sum = 0;
        long tokens = 0;
        for (TokenBatch cut : cuts(TokenBatch.of(rows), model.info().tokensPerPass())) {
            for (float[] row : model.score(cut, Set.of(Output.LOG_PROB)).logProbs()) {
                for (float logProb : row) {
                    sum += logProb;
                    tokens++;
                }
            }
        }
        if (tokens == 0) {
            throw new IllegalArgumentException("no token of the " + rows.size() + " rows is scored");
        }
        return sum / tokens;
    }

    /** Rows in order, each cut within the tokens that a pass should hold, or of one row. */
    private static List<TokenBatch> cuts(TokenBatch batch, int tokensPerPass) {
        List<TokenBatch> cuts = new ArrayList<>();
        List<Row> rows = new ArrayList<>();
        int tokens = 0;
        for (int i = 0; i < batch.size(); i++) {
            Row row = batch.row(i);
            if (!rows.isEmpty() && tokens + row.tokens().length > tokensPerPass) {
                cuts.add(TokenBatch.of(List.copyOf(rows)));
                rows.clear();
                tokens = 0;
            }
            rows.add(row);
            tokens += row.tokens().length;
        }
        if (!rows.isEmpty()) {
            cuts.add(TokenBatch.of(List.copyOf(rows)));
        }
        return cuts;
    }
}
