package dev.reft.torch;

import dev.reft.generation.Constraint;
import dev.reft.generation.Draw;
import dev.reft.generation.LogitFilter;
import dev.reft.generation.LogitFilters;
import dev.reft.generation.Sampling;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Drawing through top-k, top-p and min-p from the likeliest tokens alone: the rest of a vocabulary seldom matters. */
final class Candidates {
    /** How many tokens are looked at. */
    static final int COUNT = 256;

    private Candidates() {}

    /** Whether the likeliest tokens may be enough: no constraint or penalty reaches beyond them. */
    static boolean suffice(Sample sample, int vocabulary) {
        Sampling sampling = sample.sampling();
        return vocabulary > COUNT
                && sampling.temperature() > 0
                && sampling.repetitionPenalty() == 1
                && sampling.topK() < COUNT
                && sample.request().constraint() == Constraint.NONE;
    }

    /**
     * Draws what {@link LogitFilters#draw(float[], int[], Sampling, Constraint, double)} would draw from all tokens.
     *
     * @param logits of the likeliest tokens, falling
     * @param ids of them
     * @param best the log-probability of the first among all tokens at the sampling's temperature
     * @param sampling without penalty, not greedy
     * @param uniform in [0, 1)
     * @return null if these tokens do not decide: the filters keep the last of them, and so perhaps others
     */
    static @Nullable Draw draw(float[] logits, int[] ids, double best, Sampling sampling, double uniform) {
        double least = logits[logits.length - 1];
        if (sampling.topK() > 0 && logits[sampling.topK() - 1] == least) {
            return null;
        }
        int[] order = IntStream.range(0, ids.length)
                .boxed()
                .sorted(Comparator.comparingInt(i -> ids[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] byId = new double[order.length];
        double mass = 0;
        for (int i = 0; i < order.length; i++) {
            byId[i] = logits[order[i]];
            mass += Math.exp((byId[i] - logits[0]) / sampling.temperature() + best);
        }
        // The filters take these tokens for all; so the share of all is given as a share of these.
        double share = sampling.topK() > 0 ? sampling.topP() : sampling.topP() / mass;
        if (sampling.topP() < 1 && share >= 1) {
            return null;
        }
        double[] filtered = LogitFilters.apply(byId, new int[0], filters(sampling, share));
        for (int i = 0; i < filtered.length; i++) {
            if (byId[i] == least && filtered[i] != Double.NEGATIVE_INFINITY) {
                return null;
            }
        }
        Draw draw = LogitFilters.draw(filtered, new int[0], Sampling.at(1f), Constraint.NONE, uniform);
        return new Draw(ids[order[draw.token()]], draw.logProb());
    }

    private static List<LogitFilter> filters(Sampling sampling, double share) {
        List<LogitFilter> filters = new ArrayList<>();
        for (LogitFilter filter : LogitFilters.of(sampling)) {
            filters.add(filter instanceof LogitFilter.TopP ? new LogitFilter.TopP(share) : filter);
        }
        return filters;
    }
}
