package dev.reft.objective;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.math.ClippedValue;
import dev.reft.model.Evaluation;
import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.Slopes;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Cuts keep groups whole, and what passes give adds up to the whole batch. */
class AccumulationTest {
    @Property(tries = 300)
    void cutsHoldEachRowOnceAndKeepGroupsWhole(
            @ForAll @IntRange(min = 0, max = 12) int rows,
            @ForAll @IntRange(min = 1, max = 40) int limit,
            @ForAll long seed) {
        TokenBatch batch = new Steps(rows, seed).batch;
        Set<Integer> seen = new TreeSet<>();
        Map<Integer, Integer> cutOfGroup = new HashMap<>();
        List<TokenBatch> cuts = Accumulation.cuts(batch, limit);
        for (int c = 0; c < cuts.size(); c++) {
            TokenBatch cut = cuts.get(c);
            int tokens = 0;
            Set<Integer> groups = new TreeSet<>();
            for (int i = 0; i < cut.size(); i++) {
                assertTrue(seen.add(cut.origin(i)), "row " + cut.origin(i) + " is in two cuts");
                groups.add(cut.group(i));
                Integer before = cutOfGroup.put(cut.group(i), c);
                assertTrue(before == null || before == c, "group " + cut.group(i) + " is cut");
                tokens += cut.row(i).tokens().length;
            }
            assertTrue(cut.size() > 0 && (tokens <= limit || groups.size() == 1), tokens + " tokens");
        }
        assertEquals(rows, seen.size());
    }

    @Test
    void cutsAreFilledInOrder() {
        Row two = Row.of(new int[] {1}, new int[] {2});
        TokenBatch batch = TokenBatch.of(List.of(two, two, two, two, two), new int[] {7, 8, 7, 9, 9});
        List<TokenBatch> cuts = Accumulation.cuts(batch, 6);
        assertEquals(
                List.of(List.of(0, 2, 1), List.of(3, 4)),
                cuts.stream().map(AccumulationTest::origins).toList());
        assertEquals(3, Accumulation.cuts(batch, 1).size());
        assertEquals(1, Accumulation.cuts(batch, 10).size());
        assertTrue(Accumulation.cuts(batch.select(), 10).isEmpty());
        String message = assertThrows(IllegalArgumentException.class, () -> Accumulation.cuts(batch, 0))
                .getMessage();
        assertTrue(message.contains("tokensPerPass 0"), message);
    }

    private static List<Integer> origins(TokenBatch cut) {
        List<Integer> origins = new ArrayList<>();
        for (int i = 0; i < cut.size(); i++) {
            origins.add(cut.origin(i));
        }
        return origins;
    }

    @Property(tries = 60)
    void lossSumsAndGradientsAddUpOverCuts(@ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int limit) {
        Steps step = new Steps(11, seed);
        for (Objective objective : List.of(
                new PpoObjective(Steps.ALL_TERMS, step.targets),
                new PpoObjective(Steps.ALL_TERMS, step.withLastStates),
                new ValueObjective(
                        new ClippedValue(0.2), null, step.withLastStates.returns(), step.withLastStates.valueWeights()),
                new CrossEntropyObjective(step.targets.weights()),
                new ValueObjective(
                        new ClippedValue(0.2),
                        step.targets.oldValues(),
                        step.targets.returns(),
                        step.targets.weights()))) {
            Set<Output> wanted = Steps.ALL_TERMS.outputs();
            FakePolicy whole = new FakePolicy();
            FakePolicy parts = new FakePolicy();
            Accumulation.Totals one = Accumulation.run(whole, step.batch, wanted, objective, 1_000_000);
            Accumulation.Totals many = Accumulation.run(parts, step.batch, wanted, objective, limit);
            assertEquals(1, one.passes());
            assertEquals(parts.forwards.size(), many.passes());
            assertEquals(0, parts.open, "every pass is closed");
            assertEquals(one.loss(), many.loss(), 1e-12);
            assertEquals(one.sums().keySet(), many.sums().keySet());
            one.sums().forEach((name, sum) -> assertEquals(sum, many.sums().get(name), 1e-9, name));
            whole.gradients.forEach((output, g) -> assertArrayEquals(g, parts.gradients.get(output), 1e-9));
        }
    }

    @Test
    void aSelectionOfTheStepReadsItsOwnRows() {
        Steps step = new Steps(10, 3);
        PpoObjective objective = new PpoObjective(Steps.ALL_TERMS, step.targets);
        double sum = 0;
        for (int i = 9; i >= 0; i--) {
            FakePolicy policy = new FakePolicy();
            sum += Accumulation.run(policy, step.batch.select(i), Steps.ALL_TERMS.outputs(), objective, 1)
                    .loss();
        }
        double whole = Accumulation.run(new FakePolicy(), step.batch, Steps.ALL_TERMS.outputs(), objective, 9999)
                .loss();
        assertEquals(whole, sum, 1e-12);
    }

    @Test
    void scoringUsesTheCutsOfTheStepAndKeepsTheOrder() {
        Steps step = new Steps(9, 4);
        TokenBatch some = step.batch.select(8, 0, 4, 3, 7);
        FakePolicy policy = new FakePolicy();
        Set<Output> wanted = Set.of(Output.LOG_PROB, Output.VALUE);
        TokenScores scores = Accumulation.score(policy, some, wanted, 12);
        assertEquals(wanted, scores.channels().keySet());
        TokenScores direct = new FakePolicy().score(some, wanted);
        for (int i = 0; i < some.size(); i++) {
            assertArrayEquals(direct.logProbs()[i], scores.logProbs()[i]);
            assertArrayEquals(direct.values()[i], scores.values()[i]);
        }
        assertEquals(
                Accumulation.cuts(some, 12).stream()
                        .map(AccumulationTest::origins)
                        .toList(),
                policy.scorings.stream().map(AccumulationTest::origins).toList());
        assertTrue(policy.scorings.size() > 1);
    }

    @Test
    void anObjectiveWithoutSlopesRunsNoBackward() {
        Steps step = new Steps(4, 5);
        FakePolicy policy = new FakePolicy();
        Objective counting = scores -> new Evaluation(1, new Slopes(Map.of()), Map.of("passes", 1.0));
        Accumulation.Totals totals = Accumulation.run(policy, step.batch, Set.of(Output.LOG_PROB), counting, 1);
        assertEquals(totals.passes(), totals.loss());
        assertEquals(totals.passes(), totals.sums().get("passes"));
        assertTrue(policy.gradients.isEmpty());
    }

    @Test
    void itStopsBetweenPassesAndClosesThePassThatFails() {
        Steps step = new Steps(8, 6);
        List<TokenBatch> cuts = Accumulation.cuts(step.batch, 1);
        FakePolicy policy = new FakePolicy();
        int[] calls = {0};
        Runnable stopAtThird = () -> {
            if (++calls[0] == 3) {
                throw new CancellationException("enough");
            }
        };
        Objective objective = new CrossEntropyObjective(step.targets.weights());
        assertThrows(
                CancellationException.class,
                () -> Accumulation.run(policy, cuts, Set.of(Output.LOG_PROB), objective, stopAtThird));
        assertEquals(2, policy.forwards.size());
        Objective broken = scores -> {
            throw new IllegalStateException("broken");
        };
        assertThrows(
                IllegalStateException.class,
                () -> Accumulation.run(policy, step.batch, Set.of(Output.LOG_PROB), broken, 1));
        assertEquals(0, policy.open);
    }
}
