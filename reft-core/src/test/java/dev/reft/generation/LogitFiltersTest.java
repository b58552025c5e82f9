package dev.reft.generation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.random.Seeds;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LogitFiltersTest {
    private static final double NONE = Double.NEGATIVE_INFINITY;

    @Test
    void constraintComesFirstThenPenaltyThenTemperature() {
        double[] logits = {4, 3, 2, 1};
        Constraint notTheBest = (row, allowed) -> allowed.clear(0);
        Sampling sampling = new Sampling(0.5f, 2, 1f, 0f, 2f);
        // 4 is not allowed; 3 is halved by the penalty, so 2 leads; top-k then keeps 2 and 1.5, halved temperature.
        double share = 1 / (1 + Math.exp((1.5 - 2) / 0.5));
        Draw low = LogitFilters.draw(logits, new int[] {1}, sampling, notTheBest, 0);
        Draw high = LogitFilters.draw(logits, new int[] {1}, sampling, notTheBest, 0.999);
        assertEquals(1, low.token());
        assertEquals(Math.log(1 - share), low.logProb(), 1e-12);
        assertEquals(2, high.token());
        assertEquals(Math.log(share), high.logProb(), 1e-12);
    }

    @Test
    void greedyTakesTheLowestOfTiesAfterConstraintAndPenalty() {
        double[] logits = {1, 5, 5, 6};
        Constraint notThree = (row, allowed) -> allowed.clear(3);
        assertEquals(new Draw(1, 0), LogitFilters.draw(logits, new int[0], Sampling.GREEDY, notThree, 0.9));
        Sampling penalised = new Sampling(0f, 0, 1f, 0f, 10f);
        assertEquals(
                2,
                LogitFilters.draw(logits, new int[] {3, 1}, penalised, Constraint.NONE, 0)
                        .token());
    }

    @Test
    void theTailIsNeverADroppedToken() {
        double[] logits = {0, 0, -800, NONE};
        double almostOne = 1 - 0x1p-53;
        assertEquals(
                1,
                LogitFilters.draw(logits, new int[0], Sampling.at(1), Constraint.NONE, almostOne)
                        .token());
    }

    @Test
    void nucleusKeepsLowerIdsOfTies() {
        double[] kept = LogitFilters.apply(new double[] {1, 1, 1, 1}, new int[0], List.of(new LogitFilter.TopP(0.5)));
        assertArrayEquals(new double[] {1, 1, NONE, NONE}, kept);
    }

    @Test
    void misuseIsNamed() {
        double[] logits = {0, Double.NaN};
        assertMessage("token 1 is NaN", () -> LogitFilters.apply(logits, new int[0], List.of()));
        assertMessage("none of 2", () -> LogitFilters.apply(new double[] {NONE, NONE}, new int[0], List.of()));
        List<LogitFilter> penalty = List.of(new LogitFilter.PresencePenalty(1));
        assertMessage("token 1 of the row is 7", () -> LogitFilters.apply(new double[2], new int[] {0, 7}, penalty));
        assertMessage(
                "allows no token",
                () -> LogitFilters.draw(new double[2], new int[3], Sampling.at(1), (r, a) -> a.clear(), 0));
        assertMessage("top_p 0.0", () -> new LogitFilter.TopP(0));
    }

    private static void assertMessage(String part, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(part), message);
    }

    @Property(tries = 300)
    void topKAgreesWithASort(
            @ForAll @Size(min = 1, max = 40) List<@IntRange(min = -3, max = 3) Integer> values,
            @ForAll @IntRange(min = 1, max = 45) int k) {
        double[] logits = values.stream().mapToDouble(v -> v).toArray();
        double[] sorted = logits.clone();
        Arrays.sort(sorted);
        double least = k >= sorted.length ? NONE : sorted[sorted.length - k];
        double[] kept = LogitFilters.apply(logits, new int[0], List.of(new LogitFilter.TopK(k)));
        for (int i = 0; i < logits.length; i++) {
            assertEquals(logits[i] >= least ? logits[i] : NONE, kept[i]);
        }
    }

    @Property(tries = 300)
    void nucleusIsTheSmallestSetThatReachesP(
            @ForAll @Size(min = 1, max = 30) List<@DoubleRange(min = -5, max = 5) Double> values,
            @ForAll @DoubleRange(min = 0.01, max = 0.99) double p) {
        double[] logits = values.stream().mapToDouble(v -> v).toArray();
        double[] all = LogitFilters.probabilities(logits);
        double[] kept = LogitFilters.apply(logits, new int[0], List.of(new LogitFilter.TopP(p)));
        double mass = 0;
        double least = 2;
        double best = 0;
        for (int i = 0; i < all.length; i++) {
            if (kept[i] != NONE) {
                mass += all[i];
                least = Math.min(least, all[i]);
            } else {
                best = Math.max(best, all[i]);
            }
        }
        assertTrue(mass >= p - 1e-12 && mass - least < p + 1e-12, "mass " + mass + ", least " + least + ", p " + p);
        assertTrue(best <= least, "dropped " + best + ", kept " + least);
    }

    @Test
    void frequenciesOfDrawsAreTheProbabilities() {
        double[] logits = {0.3, -1, 2, 0.9, NONE};
        Sampling sampling = new Sampling(0.8f, 3, 1f, 0f, 1f);
        double[] wanted = LogitFilters.probabilities(LogitFilters.apply(logits, new int[0], LogitFilters.of(sampling)));
        double[] seen = new double[logits.length];
        int draws = 20_000;
        for (int i = 0; i < draws; i++) {
            double uniform = Seeds.uniform(42, i);
            Draw draw = LogitFilters.draw(logits, new int[0], sampling, Constraint.NONE, uniform);
            seen[draw.token()] += 1.0 / draws;
            assertEquals(Math.log(wanted[draw.token()]), draw.logProb(), 1e-12);
        }
        // Four standard deviations of a share of 20,000 draws are at most 0.0142.
        assertArrayEquals(wanted, seen, 0.0142);
    }
}
