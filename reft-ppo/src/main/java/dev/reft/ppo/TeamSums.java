package dev.reft.ppo;

import dev.reft.model.Evaluation;
import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.TokenBatch;
import dev.reft.objective.Accumulation;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Sums of an objective over the rows of all replicas. */
final class TeamSums {
    private static final String FINITE = "finite";

    /** A pass's loss or slope is not finite; the step is dropped. */
    private static final class NotFinite extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotFinite() {
            super("loss or slope is not finite", null, false, false);
        }
    }

    private TeamSums() {}

    /** Adds the gradient of this rank's cuts to the policy's, and the sums of all ranks up. */
    static Map<String, Double> accumulate(
            Team team,
            Policy policy,
            List<TokenBatch> cuts,
            Set<Output> wanted,
            Objective objective,
            Runnable beforeEachPass) {
        return exchange(team, () -> {
            Map<String, Double> own = new TreeMap<>();
            try {
                own.putAll(Accumulation.run(
                                policy, cuts, wanted, scores -> checked(objective.evaluate(scores)), beforeEachPass)
                        .sums());
                own.put(FINITE, 1.0);
            } catch (NotFinite e) {
                own.put(FINITE, 0.0);
            }
            return own;
        });
    }

    /** Whether loss and slopes were finite on all ranks; if not, gradients are to be dropped. */
    static boolean finite(Map<String, Double> sums, Team team) {
        return sums.getOrDefault(FINITE, 0.0) >= team.size();
    }

    /** Adds up named numbers of all ranks. */
    static Map<String, Double> exchange(Team team, Supplier<Map<String, Double>> work) {
        Map<String, Double> sums = new TreeMap<>();
        List<DataInputStream> shares = team.exchange(out -> {
            Map<String, Double> own = work.get();
            out.writeInt(own.size());
            for (Map.Entry<String, Double> sum : own.entrySet()) {
                Wire.write(out, sum.getKey());
                out.writeDouble(sum.getValue());
            }
        });
        try {
            for (DataInputStream in : shares) {
                for (int n = in.readInt(); n > 0; n--) {
                    String name = Wire.string(in);
                    sums.merge(name, in.readDouble(), Double::sum);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sums;
    }

    private static Evaluation checked(Evaluation evaluation) {
        if (!Double.isFinite(evaluation.loss())) {
            throw new NotFinite();
        }
        for (float[][] rows : evaluation.slopes().channels().values()) {
            for (float[] row : rows) {
                for (float slope : row) {
                    if (!Float.isFinite(slope)) {
                        throw new NotFinite();
                    }
                }
            }
        }
        return evaluation;
    }
}
