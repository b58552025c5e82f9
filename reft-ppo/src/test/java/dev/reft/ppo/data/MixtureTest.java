package dev.reft.ppo.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.ppo.GradedRollouts;
import dev.reft.ppo.Rollouts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Sets take turns by their weights, by place, and each is graded by its own grader. */
class MixtureTest {
    private static Mixture.Source source(String name, int size, double weight) {
        List<Prompt> prompts = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            prompts.add(Prompt.text("" + i, name + " " + i, "" + i));
        }
        return new Mixture.Source(name, prompts, weight);
    }

    private static Map<String, Integer> counts(List<Prompt> prompts) {
        Map<String, Integer> counts = new HashMap<>();
        prompts.forEach(p -> counts.merge(String.valueOf(p.attributes().get(Mixture.SET)), 1, Integer::sum));
        return counts;
    }

    @Property(tries = 60)
    void anyStretchHasItsShares(
            @ForAll @DoubleRange(min = 0.01, max = 5) double a,
            @ForAll @DoubleRange(min = 0.01, max = 5) double b,
            @ForAll @DoubleRange(min = 0.01, max = 5) double c,
            @ForAll @IntRange(min = 1, max = 700) int steps) {
        Mixture mixture = new Mixture(List.of(source("a", 40, a), source("b", 40, b), source("c", 40, c)), 1);
        Map<String, Integer> counts = new HashMap<>();
        for (int step = 0; step < steps; step++) {
            counts(mixture.prompts(step, 5)).forEach((set, n) -> counts.merge(set, n, Integer::sum));
        }
        for (String set : List.of("a", "b", "c")) {
            double wanted = mixture.share(set) * 5 * steps;
            assertEquals(wanted, counts.getOrDefault(set, 0), 2, set);
        }
        assertEquals(1, mixture.share("a") + mixture.share("b") + mixture.share("c"), 1e-12);
        assertEquals(a / (a + b + c), mixture.share("a"), 0.002);
    }

    @Test
    void aStepDependsOnItsNumberOnly() {
        Mixture straight = new Mixture(List.of(source("a", 7, 2), source("b", 20, 1)), 9);
        List<List<Prompt>> all = new ArrayList<>();
        for (int step = 0; step < 50; step++) {
            all.add(straight.prompts(step, 6));
        }
        Mixture again = new Mixture(List.of(source("a", 7, 2), source("b", 20, 1)), 9);
        assertEquals(all.get(37), again.prompts(37, 6));
        assertEquals(all.get(3), again.prompts(3, 6));
        Mixture other = new Mixture(List.of(source("a", 7, 2), source("b", 20, 1)), 10);
        assertTrue(!all.get(0).equals(other.prompts(0, 6)), "another seed is another order");
        for (List<Prompt> prompts : all) {
            Set<String> ids = new HashSet<>();
            prompts.forEach(p -> assertTrue(ids.add(p.id()), "twice in a step: " + p.id()));
        }
        assertEquals("a/", all.get(0).get(0).id().substring(0, 2));
    }

    @Test
    void everyPromptComesOnceAnEpoch() {
        Mixture mixture = new Mixture(List.of(source("a", 24, 1)), 3);
        Set<String> first = new HashSet<>();
        List<String> order = new ArrayList<>();
        List<String> later = new ArrayList<>();
        for (int step = 0; step < 4; step++) {
            mixture.prompts(step, 6).forEach(p -> {
                assertTrue(first.add(p.id()));
                order.add(p.id());
            });
            mixture.prompts(step + 4, 6).forEach(p -> later.add(p.id()));
        }
        assertEquals(first, new HashSet<>(later));
        assertTrue(!order.equals(later), "every epoch has its own order");
    }

    @Test
    void aSweepChangesWeightsOnly() {
        Mixture mixture = new Mixture(List.of(source("a", 7, 2), source("b", 20, 1)), 9);
        assertEquals(0.25, mixture.withWeights(Map.of("a", 1.0, "b", 3.0)).share("a"));
        assertEquals(1, mixture.withWeights(Map.of("b", 3.0)).share("b"));
        assertThrows(IllegalArgumentException.class, () -> mixture.withWeights(Map.of("c", 3.0)));
    }

    @Test
    void whatCannotBeMixedIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Mixture(List.of(), 0));
        assertThrows(IllegalArgumentException.class, () -> source("a", 0, 1));
        assertThrows(IllegalArgumentException.class, () -> source("a", 1, 0));
        assertThrows(IllegalArgumentException.class, () -> source("", 1, 1));
        assertThrows(
                IllegalArgumentException.class, () -> new Mixture(List.of(source("a", 1, 1), source("a", 1, 1)), 0));
        assertThrows(
                IllegalArgumentException.class, () -> new Mixture(List.of(source("a", 1, 1), source("b", 1, 1e-5)), 0));
        Mixture small = new Mixture(List.of(source("a", 3, 1)), 0);
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> small.prompts(0, 4));
        assertTrue(String.valueOf(refused.getMessage()).contains("set 'a' than its 3"), refused.getMessage());
        assertThrows(IllegalArgumentException.class, () -> small.prompts(-1, 1));
        Prompt twice = Prompt.text("x", "", "");
        assertThrows(IllegalArgumentException.class, () -> new Mixture.Source("a", List.of(twice, twice), 1));
    }

    @Test
    void eachSetHasItsGraderAndItsReward() throws Exception {
        Grader zero = (prompt, completion) -> Grade.of(0);
        Grader length = (prompt, completion) -> completion.text().isEmpty()
                ? Grade.none("empty")
                : Grade.of(completion.text().length());
        MixedGrader grader = new MixedGrader(Map.of("a", zero, "b", length));
        Mixture mixture = new Mixture(List.of(source("a", 4, 1), source("b", 4, 1)), 9);
        List<Rollouts.Group> groups = new ArrayList<>();
        List<List<Grade>> grades = new ArrayList<>();
        for (Prompt prompt : mixture.prompts(0, 4)) {
            List<Completion> completions = List.of(
                    new Completion(prompt.id(), 0, List.of(), "xyz", Finish.END),
                    new Completion(prompt.id(), 1, List.of(), "", Finish.END));
            groups.add(new Rollouts.Group(prompt, new int[] {1}, 1f, completions));
            grades.add(List.of(grader.grade(prompt, completions.get(0)), grader.grade(prompt, completions.get(1))));
        }
        Map<String, Double> rewards = SetRewards.of(new GradedRollouts(new Rollouts(0, groups), grades));
        assertEquals(0.0, rewards.get("set/a/reward"));
        assertEquals(3.0, rewards.get("set/b/reward"));
        assertEquals(2.0, rewards.get("set/b/dropped"));
        assertEquals(4.0, rewards.get("set/b/rows"));
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> grader.grade(
                        Prompt.text("lost", "", ""), groups.get(0).completions().get(0)));
        assertTrue(String.valueOf(refused.getMessage()).contains("'lost'"), refused.getMessage());
    }
}
