package dev.reft.ppo.statistics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.commons.math3.distribution.BinomialDistribution;
import org.apache.commons.math3.stat.interval.WilsonScoreInterval;
import org.junit.jupiter.api.Test;

/** Intervals and paired tests. */
class StatisticsTest {
    private static final Bootstrap BOOTSTRAP = new Bootstrap(2000, 7);

    private static Outcomes outcomes(String verdicts) {
        Map<String, Boolean> right = new LinkedHashMap<>();
        for (int i = 0; i < verdicts.length(); i++) {
            right.put("p" + i, verdicts.charAt(i) == '1');
        }
        return Outcomes.of(right);
    }

    @Test
    void studentsIntervalOfTwoValuesIsTheTabulatedOne() {
        // mean 2, deviation sqrt 2, t(0.975, 1) = 12.7062.
        Estimate mean = Student.mean(new double[] {1, 3}, 0.95);
        assertEquals(2, mean.value(), 1e-12);
        assertEquals(2 - 12.7062047364, mean.low(), 1e-8);
        assertEquals(2 + 12.7062047364, mean.high(), 1e-8);
        assertEquals(
                Double.POSITIVE_INFINITY, Student.mean(new double[] {4}, 0.95).high());
        assertThrows(IllegalArgumentException.class, () -> Student.mean(new double[0], 0.95));
        assertThrows(IllegalArgumentException.class, () -> Student.mean(new double[] {1, 2}, 95));
    }

    @Test
    void thePairedTestIsExactWhereItCanBeWorkedOutByHand() {
        // Differences 50 and 25: t = 3 with one degree of freedom, p = 1 - 2 atan(3) / pi.
        double p = Student.pairedP(new double[] {100, 75}, new double[] {50, 50});
        assertEquals(1 - 2 * Math.atan(3) / Math.PI, p, 1e-9);
        assertEquals(1, Student.pairedP(new double[] {1, 2}, new double[] {1, 2}));
        assertEquals(0, Student.pairedP(new double[] {2, 3}, new double[] {1, 2}));
        assertThrows(IllegalArgumentException.class, () -> Student.pairedP(new double[] {1}, new double[] {2}));
        assertThrows(IllegalArgumentException.class, () -> Student.pairedP(new double[] {1, 2}, new double[] {2}));
    }

    @Test
    void wilsonAgreesWithCommonsMath() {
        Outcomes outcomes = outcomes("1101001110100");
        var wanted = new WilsonScoreInterval().createInterval(13, 7, 0.9);
        assertEquals(wanted.getLowerBound(), outcomes.wilson(0.9).low(), 1e-9);
        assertEquals(wanted.getUpperBound(), outcomes.wilson(0.9).high(), 1e-9);
        assertEquals("53.8 [32.5, 73.9]", outcomes.wilson(0.9).percent());
    }

    @Test
    void theBootstrapIsNearTheNormalIntervalAndRepeats() {
        Outcomes outcomes = outcomes("1100110010".repeat(40));
        Estimate estimate = outcomes.bootstrap(new Bootstrap(10_000, 3), 0.95);
        double half = 1.96 * Math.sqrt(0.25 / 400);
        assertEquals(0.5, estimate.value(), 1e-12);
        assertEquals(0.5 - half, estimate.low(), 0.005);
        assertEquals(0.5 + half, estimate.high(), 0.005);
        assertEquals(estimate, outcomes.bootstrap(new Bootstrap(10_000, 3), 0.95));
        assertThrows(IllegalArgumentException.class, () -> new Bootstrap(99, 0));
    }

    @Test
    void pairsLeaveOutWhatIsUngradedAndRefuseOtherProblems() {
        Outcomes first = new Outcomes(Map.of("a", true, "b", true, "c", false), Set.of("d"));
        Outcomes second = new Outcomes(Map.of("a", false, "b", true, "d", true), Set.of("c"));
        PairedOutcomes pairs = PairedOutcomes.of(first, second);
        assertEquals(2, pairs.pairs().size());
        assertEquals(1, pairs.firstOnly());
        assertEquals(0, pairs.secondOnly());
        assertEquals(0.5, pairs.difference());
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> PairedOutcomes.of(first, Outcomes.of(Map.of("e", true))));
        assertTrue(String.valueOf(refused.getMessage()).contains("[e]"), refused.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Outcomes(Map.of("a", true), Set.of("a")));
    }

    @Property(tries = 100)
    void mcNemarIsTheBinomialTest(@ForAll @IntRange(max = 40) int first, @ForAll @IntRange(max = 40) int second) {
        String one = "1".repeat(first) + "0".repeat(second) + "10";
        String other = "0".repeat(first) + "1".repeat(second) + "10";
        PairedOutcomes pairs = PairedOutcomes.of(outcomes(one), outcomes(other));
        // Not Commons Math's BinomialTest: where rounding makes the two tails unequal it leaves one out, and 1 of 1 and
        // 1 gives 1.5.
        double tail =
                new BinomialDistribution(null, first + second, 0.5).cumulativeProbability(Math.min(first, second));
        double wanted = Math.min(1, 2 * tail);
        assertEquals(wanted, pairs.mcNemar(), 1e-9);
    }

    @Test
    void thePairedBootstrapFindsWhatIsThereAndNothingElse() {
        PairedOutcomes none = PairedOutcomes.of(outcomes("10".repeat(50)), outcomes("01".repeat(50)));
        assertEquals(1, none.bootstrapP(BOOTSTRAP), 1e-12);
        PairedOutcomes clear = PairedOutcomes.of(outcomes("1".repeat(60) + "0".repeat(40)), outcomes("0".repeat(100)));
        assertEquals(1 / 2001.0, clear.bootstrapP(BOOTSTRAP), 1e-12);
        Estimate difference = clear.difference(BOOTSTRAP, 0.95);
        assertEquals(0.6, difference.value(), 1e-12);
        assertTrue(difference.low() > 0.45 && difference.high() < 0.75, difference.toString());
        // 14 against 6: McNemar's exact p is 0.115; the bootstrap's test is of the same size.
        PairedOutcomes some = PairedOutcomes.of(
                outcomes("1".repeat(14) + "0".repeat(86)), outcomes("0".repeat(14) + "1".repeat(6) + "0".repeat(80)));
        assertEquals(0.115, some.mcNemar(), 1e-3);
        assertEquals(0.08, some.bootstrapP(new Bootstrap(10_000, 1)), 0.03);
    }

    @Test
    void problemsThatRecurOverSeedsAreDrawnTogether() {
        PairedOutcomes seed = PairedOutcomes.of(
                outcomes("1".repeat(14) + "0".repeat(86)), outcomes("0".repeat(14) + "1".repeat(6) + "0".repeat(80)));
        PairedOutcomes pooled = PairedOutcomes.pooled(List.of(seed, seed, seed, seed));
        // Four copies say no more than one: McNemar is fooled, the bootstrap by problems is not.
        assertTrue(pooled.mcNemar() < 0.001);
        assertEquals(seed.bootstrapP(BOOTSTRAP), pooled.bootstrapP(BOOTSTRAP), 1e-12);
        assertEquals(seed.difference(BOOTSTRAP, 0.9), pooled.difference(BOOTSTRAP, 0.9));
    }

    @Property(tries = 100)
    void anIntervalHoldsItsMean(@ForAll @Size(min = 2, max = 30) List<@IntRange(max = 1) Integer> values) {
        double[] numbers = values.stream().mapToDouble(v -> v).toArray();
        Estimate estimate = new Bootstrap(300, 5).mean(numbers, 0.99);
        assertTrue(estimate.low() <= estimate.value() && estimate.value() <= estimate.high(), estimate.toString());
        assertTrue(estimate.low() >= 0 && estimate.high() <= 1, estimate.toString());
    }

    @Test
    void severalSeedsMakeOneTable() {
        SeedTable table = SeedTable.run(List.of(1L, 2L), seed -> {
            Map<String, Outcomes> results = new LinkedHashMap<>();
            results.put("sft", outcomes(seed == 1 ? "1100" : "1001"));
            results.put("reft", outcomes(seed == 1 ? "1111" : "1110"));
            return results;
        });
        assertEquals(List.of("sft", "reft"), table.contestants());
        assertArrayEquals(new double[] {1, 0.75}, table.accuracies("reft"));
        SeedTable.Comparison comparison = table.compare("reft", "sft");
        assertArrayEquals(new double[] {0.5, 0.25}, comparison.differences());
        assertEquals(1 - 2 * Math.atan(3) / Math.PI, comparison.tTest(), 1e-9);
        assertEquals(4, comparison.pooled().firstOnly());
        assertEquals(1, comparison.pooled().secondOnly());
        List<String> lines = table.markdown();
        assertEquals("| seed | sft | reft |", lines.get(0));
        assertEquals("| 1 | 50.0 | 100.0 |", lines.get(2));
        assertTrue(lines.get(6).startsWith("reft - sft: 37.5 [-121.3, 196.3] points"), lines.get(6));
        assertTrue(lines.get(6).contains("only one solves 4 / 1, McNemar p = 0.38"), lines.get(6));
    }

    @Test
    void aTableNeedsTheSameContestantsUnderEverySeed() {
        assertThrows(IllegalArgumentException.class, () -> new SeedTable(Map.of()));
        assertThrows(IllegalArgumentException.class, () -> SeedTable.run(List.of(1L, 1L), seed -> Map.of()));
        assertThrows(
                IllegalArgumentException.class,
                () -> new SeedTable(Map.of("1", Map.of("a", outcomes("1")), "2", Map.of("b", outcomes("1")))));
        SeedTable one = new SeedTable(Map.of("1", Map.of("a", outcomes("1"))));
        assertThrows(IllegalArgumentException.class, () -> one.mean("b"));
        assertTrue(Double.isNaN(one.compare("a", "a").tTest()));
        SeedTable alone = new SeedTable(Map.of("1", new TreeMap<>(Map.of("a", outcomes("110"), "b", outcomes("111")))));
        assertEquals(
                "| mean [95 %] | 66.7 (one seed) | 100.0 (one seed) |",
                alone.markdown().get(3));
        String line = alone.markdown().get(5);
        assertTrue(line.startsWith("b - a: 33.3 (one seed) points; only one solves 1 / 0"), line);
        assertFalse(line.contains("NaN") || line.contains("Infinity"), line);
    }
}
