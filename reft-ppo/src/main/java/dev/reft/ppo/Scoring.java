package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.model.ForwardPass;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives rollouts their old log-probabilities, values and reference log-probabilities, in the cuts of the update's first
 * epoch. Each rank scores its own rows; all ranks get all numbers. Rows that do not count get zeros.
 */
final class Scoring {
    private final Policy policy;
    private final @Nullable Scorer reference;
    private final PpoConfig config;
    private final Team team;
    private final ObjLongConsumer<String> progress;

    Scoring(Policy policy, @Nullable Scorer reference, PpoConfig config, Team team, ObjLongConsumer<String> progress) {
        this.policy = policy;
        this.reference = reference;
        this.config = config;
        this.team = team;
        this.progress = progress;
    }

    /** The passes that score use the update's own forward path, so that the first ratio is bit for bit 1. */
    ScoredRollouts score(GradedRollouts graded, Plan plan, TokenBatch batch) {
        float[][] sampled = samplerLogProbs(graded, plan.rows());
        boolean rescore = config.oldLogProbs() instanceof OldLogProbs.Rescored
                || (config.oldLogProbs() instanceof OldLogProbs.Own && sampled == null);
        float[][] logProbs = zeros(batch, Output.LOG_PROB);
        float[][] values = zeros(batch, Output.VALUE);
        float[][] references = zeros(batch, Output.LOG_PROB);
        boolean valued = config.advantages().valued();
        Set<Output> wanted = EnumSet.noneOf(Output.class);
        if (rescore) {
            wanted.add(Output.LOG_PROB);
        }
        if (valued) {
            wanted.add(Output.VALUE);
        }
        for (DataInputStream in : team.exchange(out -> scoreOwn(plan, wanted, out))) {
            read(in, wanted, logProbs, values, references);
        }
        if (!rescore && sampled != null) {
            logProbs = sampled;
        }
        Map<Output, float[][]> old = new EnumMap<>(Output.class);
        old.put(Output.LOG_PROB, logProbs);
        if (valued) {
            old.put(Output.VALUE, values);
        }
        return new ScoredRollouts(
                graded,
                batch,
                new TokenScores(batch, old),
                reference == null ? null : new TokenScores(batch, Map.of(Output.LOG_PROB, references)));
    }

    private void scoreOwn(Plan plan, Set<Output> wanted, DataOutputStream out) throws IOException {
        long done = 0;
        for (int m = 0; m < plan.miniBatches(); m++) {
            for (TokenBatch cut : plan.cuts(0, m)) {
                Interrupts.check();
                Map<Output, float[][]> scores = own(cut, wanted);
                float[][] references = null;
                if (reference != null) {
                    references = reference.score(cut, Set.of(Output.LOG_PROB)).logProbs();
                }
                for (int i = 0; i < cut.size(); i++) {
                    out.writeInt(cut.origin(i));
                    if (wanted.contains(Output.LOG_PROB)) {
                        Wire.write(out, channel(scores, Output.LOG_PROB)[i]);
                    }
                    if (wanted.contains(Output.VALUE)) {
                        Wire.write(out, channel(scores, Output.VALUE)[i]);
                    }
                    if (references != null) {
                        Wire.write(out, references[i]);
                    }
                }
                done += cut.size();
                progress.accept("score", done);
            }
        }
        out.writeInt(-1);
    }

    private Map<Output, float[][]> own(TokenBatch cut, Set<Output> wanted) {
        if (wanted.isEmpty()) {
            return Map.of();
        }
        try (ForwardPass pass = policy.forward(cut, wanted)) {
            return pass.scores().channels();
        }
    }

    private void read(
            DataInputStream in, Set<Output> wanted, float[][] logProbs, float[][] values, float[][] references) {
        try {
            for (int row = in.readInt(); row >= 0; row = in.readInt()) {
                if (wanted.contains(Output.LOG_PROB)) {
                    logProbs[row] = Wire.floats(in);
                }
                if (wanted.contains(Output.VALUE)) {
                    values[row] = Wire.floats(in);
                }
                if (reference != null) {
                    references[row] = Wire.floats(in);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the sampler says, or null if it is not wanted or not vouched for. */
    private float @Nullable [][] samplerLogProbs(GradedRollouts graded, TokenBatch rows) {
        if (config.oldLogProbs() instanceof OldLogProbs.Rescored) {
            return null;
        }
        boolean[] counted = Shaper.counted(graded, config);
        float[][] all = new float[rows.size()][];
        int row = 0;
        for (Rollouts.Group group : graded.rollouts().groups()) {
            for (Completion completion : group.completions()) {
                float[] own = counted[row]
                        ? Rows.samplerLogProbs(completion)
                        : new float[rows.row(row).scored().length];
                if (own == null) {
                    if (config.oldLogProbs() instanceof OldLogProbs.Sampled) {
                        throw new IllegalStateException(
                                "oldLogProbs is Sampled, but the sampler gave no log-probabilities"
                                        + " for sample " + completion.sample() + " of prompt '"
                                        + group.prompt().id() + "'");
                    }
                    return null;
                }
                all[row++] = own;
            }
        }
        return all;
    }

    private static float[][] channel(Map<Output, float[][]> scores, Output output) {
        float[][] channel = scores.get(output);
        if (channel == null) {
            throw new IllegalStateException("the policy left out " + output);
        }
        return channel;
    }

    private static float[][] zeros(TokenBatch batch, Output shape) {
        float[][] zeros = new float[batch.size()][];
        for (int i = 0; i < zeros.length; i++) {
            zeros[i] = new float[shape.length(batch.row(i).scored().length)];
        }
        return zeros;
    }
}
