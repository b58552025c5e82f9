package dev.reft.examples.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.ppo.evaluation.Diversity;
import dev.reft.ppo.statistics.Outcomes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The one table of all methods. */
class MethodTableTest {
    @TempDir
    Path folder;

    private static List<Answer> answers(String verdicts) {
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < verdicts.length(); i++) {
            answers.add(new Answer("p" + i, "", "", verdicts.charAt(i) == '1', true));
        }
        return answers;
    }

    private static Outcomes outcomes(String seed, List<Answer> answers) {
        Map<String, Boolean> right = new LinkedHashMap<>();
        answers.forEach(answer -> right.put(seed + "/" + answer.id(), answer.right()));
        return Outcomes.of(right);
    }

    private static MethodResult.Entry entry(String seed, Facts facts, String greedy, String vote, String rerank) {
        Ballot.Count count = new Ballot.Count(
                8, 2, answers(vote), answers(rerank), List.of(new Diversity(2, 3, 0.5), new Diversity(4, 4, 0.25)));
        return new MethodResult.Entry(
                outcomes(seed, answers(greedy)),
                Optional.of(facts),
                Optional.of(count),
                Optional.of(outcomes(seed, count.voted())),
                Optional.of(outcomes(seed, count.ranked())));
    }

    private static MethodResult result(String seed, int more) {
        Map<String, Integer> chains = Map.of("chains of thought", 300);
        Map<String, Integer> checked = new LinkedHashMap<>(chains);
        checked.put("right answers", 6300);
        Map<String, MethodResult.Entry> entries = new LinkedHashMap<>();
        entries.put("warm-up", entry(seed, new Facts(chains, 40, 500, Map.of()), "1000", "1000", "1000"));
        entries.put(
                "sft",
                entry(seed, new Facts(chains, 100 + more, 600, Map.of("loss", 0.5 + more)), "1001", "1100", "1100"));
        entries.put("ppo", entry(seed, new Facts(checked, 100, 700, Map.of()), "1110", "1111", "1111"));
        return new MethodResult(entries, Optional.of(new Facts(checked, 20, 500, Map.of())), 16);
    }

    private static Map<String, MethodResult> seeds(int count) {
        Map<String, MethodResult> seeds = new LinkedHashMap<>();
        for (int i = 1; i <= count; i++) {
            seeds.put(String.valueOf(i), result(String.valueOf(i), 2 * i));
        }
        return seeds;
    }

    @Test
    void everyMethodHasOneRowWithAllThatItCost() {
        List<String> lines = new MethodTable(seeds(2)).markdown();
        assertEquals(
                "| method | greedy, % | vote of 16, % | rerank of 16, % | labels | seconds | MiB | different answers of 16 |"
                        + " different texts of 16 | distinct-2 | ReFT less it, points | only ReFT / only it, McNemar p |"
                        + " bootstrap p |",
                lines.get(0));
        // Seconds 102 and 104: 103 +- 12.706 * 1.
        assertTrue(
                lines.get(3)
                        .startsWith("| SFT continued | 50.0 [50.0, 50.0] | 50.0 [50.0, 50.0] | 50.0 [50.0, 50.0] |"
                                + " 300 chains of thought | 103 [90, 116] | 600 [600, 600] | 3.00 [3.00, 3.00] |"
                                + " 3.50 [3.50, 3.50] | 0.375 [0.375, 0.375] | 25.0 ["),
                lines.get(3));
        assertTrue(lines.get(3).contains("| 4 / 2, 0.69 |"), lines.get(3));
        assertTrue(
                lines.get(4).contains("| 300 chains of thought, 6,300 right answers | 100 [100, 100] |"), lines.get(4));
        assertTrue(lines.get(4).endsWith("|  |  |  |"), "ReFT is not compared with itself: " + lines.get(4));
        String text = String.join("\n", lines);
        for (String part : List.of(
                "2 seeds: means with Student's",
                "8 s for 16 answers",
                "in 2 s more and was fitted in 20 s from 300 chains of thought, 6,300 right answers",
                "Order by greedy accuracy: ReFT (PPO) 75.0, SFT continued 50.0, Warm-up (SFT) 25.0.",
                "not shown to differ from",
                "| SFT continued | loss | 3.50000 |",
                "ppo - sft: 25.0",
                "## The commonest of 16 answers by seed, %")) {
            assertTrue(text.contains(part), part + " in\n" + text);
        }
    }

    @Test
    void oneSeedHasNoIntervals() throws Exception {
        MethodTable table = new MethodTable(seeds(1));
        String text = String.join("\n", table.markdown());
        assertTrue(
                text.contains("| SFT continued | 50.0 | 50.0 | 50.0 | 300 chains of thought | 102 | 600 | 3.00 |"),
                text);
        assertTrue(text.contains("One seed, so no intervals over seeds"), text);
        table.write(folder);
        for (String file : List.of("comparison.md", "comparison.json", "comparison.html")) {
            String written = Files.readString(folder.resolve(file));
            assertFalse(written.contains("NaN") || written.contains("Infinity"), file + ":\n" + written);
        }
        JsonNode json = JsonMapper.shared().readTree(Files.readString(folder.resolve("comparison.json")));
        JsonNode sft = json.get("methods").get(1);
        assertEquals(0.5, sft.get("greedy").get("mean").doubleValue());
        assertFalse(sft.get("greedy").has("low"));
        assertEquals(300, sft.get("labels").get("chains of thought").intValue());
        assertEquals(2, sft.get("reftLessIt").get("onlyReft").intValue());
        assertTrue(Files.readString(folder.resolve("comparison.html")).contains("<td>SFT continued</td><td>50.0</td>"));
    }
}
