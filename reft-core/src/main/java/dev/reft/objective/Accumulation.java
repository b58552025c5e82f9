package dev.reft.objective;

import dev.reft.model.Evaluation;
import dev.reft.model.ForwardPass;
import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Runs a batch through a model in passes of bounded size. Gradients, loss and sums of the passes add up to those of the
 * whole batch, because an {@link Objective}'s do.
 */
public final class Accumulation {
    private Accumulation() {}

    /**
     * What the passes of a batch gave together.
     *
     * @param loss the batch's loss
     * @param sums the objective's sums, added up
     * @param passes how many passes there were
     */
    public record Totals(double loss, Map<String, Double> sums, int passes) {
        /** Copies the map. */
        public Totals {
            sums = Map.copyOf(sums);
        }
    }

    /**
     * Cuts a batch at group boundaries, in the order in which groups first appear, so that a cut has at most
     * {@code tokensPerPass} tokens. A group larger than that is a cut of its own.
     *
     * @param batch the batch; rows of a group need not be neighbours
     * @param tokensPerPass most tokens of a cut, prompts included, &gt;= 1
     * @return the cuts, none of them empty; together they hold each row once
     * @throws IllegalArgumentException if {@code tokensPerPass} is not positive
     */
    public static List<TokenBatch> cuts(TokenBatch batch, int tokensPerPass) {
        List<TokenBatch> cuts = new ArrayList<>();
        for (int[] rows : cutRows(batch, tokensPerPass)) {
            cuts.add(batch.select(rows));
        }
        return cuts;
    }

    /**
     * Adds the gradient of an objective over a batch to the policy's gradients.
     *
     * <p>If it throws, gradients of some passes may have been added: the caller drops them by
     * {@link Policy#discardGradients}.
     *
     * @param policy the policy
     * @param batch the batch
     * @param wanted the outputs that the objective reads
     * @param objective the loss
     * @param tokensPerPass as for {@link #cuts}
     * @return loss and sums over the batch
     */
    public static Totals run(
            Policy policy, TokenBatch batch, Set<Output> wanted, Objective objective, int tokensPerPass) {
        return run(policy, cuts(batch, tokensPerPass), wanted, objective, () -> {});
    }

    /**
     * Adds the gradient of an objective over some cuts to the policy's gradients.
     *
     * @param policy the policy
     * @param cuts from {@link #cuts}
     * @param wanted the outputs that the objective reads
     * @param objective the loss
     * @param beforeEachPass runs before each pass; may throw to stop, such as when the thread was interrupted
     * @return loss and sums over the cuts
     */
    public static Totals run(
            Policy policy, List<TokenBatch> cuts, Set<Output> wanted, Objective objective, Runnable beforeEachPass) {
        double loss = 0;
        Accumulator sums = new Accumulator();
        for (TokenBatch cut : cuts) {
            beforeEachPass.run();
            try (ForwardPass pass = policy.forward(cut, wanted)) {
                Evaluation evaluation = objective.evaluate(pass.scores());
                if (!evaluation.slopes().channels().isEmpty()) {
                    pass.backward(evaluation.slopes());
                }
                loss += evaluation.loss();
                sums.addAll(evaluation.sums());
            }
        }
        return new Totals(loss, sums.sums(), cuts.size());
    }

    /**
     * Scores a batch in the same cuts that {@link #run} makes of it, so that an engine whose numbers depend on the cut
     * gives the same ones again.
     *
     * @param scorer the model
     * @param batch the batch
     * @param wanted the outputs to compute, not empty
     * @param tokensPerPass as for {@link #cuts}
     * @return the scores, in the batch's order
     */
    public static TokenScores score(Scorer scorer, TokenBatch batch, Set<Output> wanted, int tokensPerPass) {
        Map<Output, float[][]> channels = new EnumMap<>(Output.class);
        for (Output output : wanted) {
            channels.put(output, new float[batch.size()][]);
        }
        for (int[] rows : cutRows(batch, tokensPerPass)) {
            Map<Output, float[][]> scored =
                    scorer.score(batch.select(rows), wanted).channels();
            for (Output output : wanted) {
                float[][] from = Objects.requireNonNull(scored.get(output), () -> "the scorer left out " + output);
                float[][] to = Objects.requireNonNull(channels.get(output));
                for (int k = 0; k < rows.length; k++) {
                    to[rows[k]] = from[k];
                }
            }
        }
        return new TokenScores(batch, channels);
    }

    private static List<int[]> cutRows(TokenBatch batch, int tokensPerPass) {
        if (tokensPerPass < 1) {
            throw new IllegalArgumentException("tokensPerPass " + tokensPerPass + " must be positive");
        }
        Map<Integer, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = 0; i < batch.size(); i++) {
            groups.computeIfAbsent(batch.group(i), g -> new ArrayList<>()).add(i);
        }
        List<int[]> cuts = new ArrayList<>();
        List<Integer> open = new ArrayList<>();
        long tokens = 0;
        for (List<Integer> group : groups.values()) {
            long more = 0;
            for (int i : group) {
                more += batch.row(i).tokens().length;
            }
            if (!open.isEmpty() && tokens + more > tokensPerPass) {
                cuts.add(open.stream().mapToInt(Integer::intValue).toArray());
                open.clear();
                tokens = 0;
            }
            open.addAll(group);
            tokens += more;
        }
        if (!open.isEmpty()) {
            cuts.add(open.stream().mapToInt(Integer::intValue).toArray());
        }
        return cuts;
    }
}
