package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which prompts come next, from past scores alone. */
class CurriculumTest {
    private static final List<Prompt> DATA = IntStream.range(0, 20)
            .mapToObj(i -> new Prompt("p" + i, new Prompt.Input.Text("?"), "", Map.of("hops", i / 5)))
            .toList();

    /** Prompt i has the mean score i / 19. */
    private static ScoreHistory ramp() {
        Map<String, ScoreHistory.Past> past = new HashMap<>();
        for (int i = 0; i < 20; i++) {
            past.put("p" + i, new ScoreHistory.Past(8, i / 19.0, 3));
        }
        return new ScoreHistory(0.5, past);
    }

    private static List<String> ids(List<Prompt> prompts) {
        return prompts.stream().map(Prompt::id).toList();
    }

    @Test
    void theChoiceFollowsFromStepAndSeedAndNotFromTheOrderOfTheData() {
        List<Prompt> shuffled = new ArrayList<>(DATA);
        Collections.shuffle(shuffled, new Random(1));
        for (Curriculum curriculum : List.of(
                new Curriculum.Band(0.2, 0.8),
                new Curriculum.Uncertain(0.02),
                new Curriculum.EasyFirst("hops", 0.3, 10))) {
            List<String> chosen = ids(curriculum.next(DATA, ramp(), 6, 4, 9));
            assertEquals(6, new HashSet<>(chosen).size());
            assertEquals(chosen, ids(curriculum.next(shuffled, ramp(), 6, 4, 9)));
            assertNotEquals(chosen, ids(curriculum.next(DATA, ramp(), 6, 5, 9)));
            assertNotEquals(chosen, ids(curriculum.next(DATA, ramp(), 6, 4, 10)));
            assertEquals(20, new HashSet<>(ids(curriculum.next(DATA, ramp(), 20, 4, 9))).size());
            for (int size : new int[] {0, 21}) {
                String said = assertThrows(
                                IllegalArgumentException.class, () -> curriculum.next(DATA, ramp(), size, 4, 9))
                        .getMessage();
                assertTrue(said.contains("size " + size), said);
            }
            assertThrows(
                    IllegalArgumentException.class,
                    () -> curriculum.next(List.of(DATA.get(0), DATA.get(0)), ramp(), 1, 0, 0));
        }
    }

    @Test
    void theBandIsFilledByWhatIsNearest() {
        Curriculum band = new Curriculum.Band(0.45, 0.55);
        assertEquals(
                List.of("p10", "p9"),
                ids(band.next(DATA, ramp(), 2, 0, 0)).stream().sorted().toList());
        assertEquals(
                List.of("p10", "p11", "p8", "p9"),
                ids(band.next(DATA, ramp(), 4, 0, 0)).stream().sorted().toList());
        // What was never scored may be anything, so it is tried.
        assertEquals(20, new HashSet<>(ids(band.next(DATA, ScoreHistory.empty(0), 20, 0, 0))).size());
    }

    @Test
    void uncertainPromptsComeOften() {
        int[] times = new int[20];
        for (int step = 0; step < 400; step++) {
            for (String id : ids(new Curriculum.Uncertain(0.02).next(DATA, ramp(), 5, step, 7))) {
                times[Integer.parseInt(id.substring(1))]++;
            }
        }
        assertTrue(times[0] > 5 && times[19] > 5, "nothing is left out: " + times[0] + ", " + times[19]);
        assertTrue(times[10] > 4 * times[0] && times[9] > 4 * times[19], times[10] + " against " + times[0]);
        assertTrue(Math.abs(times[5] - times[14]) < 0.3 * times[5], times[5] + " and " + times[14]);
    }

    @Test
    void hardPromptsComeLater() {
        Curriculum.EasyFirst easy = new Curriculum.EasyFirst("hops", 0.25, 100);
        for (int step : new int[] {0, 5, 30, 100, 500}) {
            int hardest = 0;
            for (int seed = 0; seed < 40; seed++) {
                for (Prompt prompt : easy.next(DATA, ScoreHistory.empty(0), 4, step, seed)) {
                    hardest = Math.max(hardest, (Integer) prompt.attributes().get("hops"));
                }
            }
            double share = Math.sqrt(0.0625 + 0.9375 * Math.min(1, step / 100.0));
            assertEquals((int) Math.ceil(share * 20 - 1) / 5, hardest, "step " + step);
        }
        String said = assertThrows(
                        IllegalArgumentException.class,
                        () -> new Curriculum.EasyFirst("depth", 1, 1).next(DATA, ScoreHistory.empty(0), 1, 0, 0))
                .getMessage();
        assertTrue(said.contains("depth"), said);
    }

    @Test
    void historyKeepsMeansAndComesBackBitForBit() {
        Rollouts.Group group = new Rollouts.Group(DATA.get(0), new int[] {1}, 1f, List.of());
        ScoreHistory history = ScoreHistory.empty(0.25);
        assertEquals(history, history.with(graded(1, group, List.of())));
        history = history.with(graded(2, group, List.of(Grade.of(1), Grade.of(0), Grade.none("no"))));
        assertEquals(new ScoreHistory.Past(2, 0.5, 2), history.of(DATA.get(0)));
        history = history.with(graded(6, group, List.of(Grade.of(1), Grade.of(1), Grade.of(0.1))));
        assertEquals(0.65, history.of(DATA.get(0)).mean(), 1e-12);
        assertEquals(5, history.of(DATA.get(0)).samples());
        assertEquals(6, history.of(DATA.get(0)).step());
        history = new ScoreHistory(
                0.25,
                Map.of("a \"b\"\n\u2028", new ScoreHistory.Past(1, 1.0 / 3, 0), "c", new ScoreHistory.Past(9, -4, 7)));
        assertEquals(history, ScoreHistory.of(history.toText()));
        for (String wrong : List.of(
                "",
                "{",
                "[]",
                "{\"memory\":0.5}",
                "{\"memory\":2,\"prompts\":{}}",
                "{\"memory\":0,\"prompts\":{\"a\":[1,2]}}",
                "{\"memory\":\"x\",\"prompts\":{}}",
                "{\"memory\":0,\"prompts\":{\"a\":[0,2,3]}}")) {
            assertThrows(IllegalArgumentException.class, () -> ScoreHistory.of(wrong), wrong);
        }
    }

    private static GradedRollouts graded(long step, Rollouts.Group like, List<Grade> grades) {
        List<dev.reft.generation.Completion> completions = new ArrayList<>();
        for (int i = 0; i < grades.size(); i++) {
            completions.add(new dev.reft.generation.Completion(
                    like.prompt().id(), i, List.of(), "", dev.reft.generation.Finish.END));
        }
        Rollouts.Group group = new Rollouts.Group(like.prompt(), like.tokens(), 1f, completions);
        return new GradedRollouts(new Rollouts(step, List.of(group)), List.of(grades));
    }
}
