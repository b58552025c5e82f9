package dev.reft.examples.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.examples.data.WordProblems.Kind;
import dev.reft.examples.data.WordProblems.Part;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class WordProblemsTest {
    private static final WordProblems WORDS = new WordProblems(1);

    @Test
    void isFrozen() throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Part part : Part.values()) {
            for (Problem problem : WORDS.problems(part, 500)) {
                digest.update(problem.toString().getBytes(StandardCharsets.UTF_8));
            }
        }
        assertEquals(1, WordProblems.VERSION);
        assertEquals(
                "ff84dcbd37893c83d6715b1313acb50a44d8a00d50eddc9ee3d925f15465c581",
                HexFormat.of().formatHex(digest.digest()),
                "the generator has changed: that needs a new VERSION, and the published results need new runs");
    }

    @Test
    void partsShareNoQuestion() {
        Set<String> seen = new HashSet<>();
        int count = 0;
        for (Part part : Part.values()) {
            for (Problem problem : WORDS.problems(part, part == Part.ANSWERS ? 6000 : 1500)) {
                assertTrue(seen.add(problem.question()), problem::toString);
                count++;
            }
        }
        assertEquals(count, seen.size());
    }

    @Test
    void smallerPartsAreBeginningsOfLargerOnes() {
        for (Part part : Part.values()) {
            assertEquals(WORDS.problems(part, 40), WORDS.problems(part, 100).subList(0, 40));
        }
        assertNotEquals(WORDS.problems(Part.TEST, 40), new WordProblems(2).problems(Part.TEST, 40));
    }

    @Test
    void twoKindsAreNeverTrainedOn() {
        Set<String> unseen = kinds(WORDS.problems(Part.UNSEEN, 200));
        assertEquals(Set.of("LOSS_GAIN", "DISTRACTED_LOSS"), unseen);
        for (Part part : EnumSet.complementOf(EnumSet.of(Part.UNSEEN))) {
            Set<String> kinds = kinds(WORDS.problems(part, 200));
            assertEquals(Kind.values().length - 2, kinds.size());
            kinds.retainAll(unseen);
            assertTrue(kinds.isEmpty());
        }
    }

    @Test
    void chainsLeadToTheirAnswers() {
        for (Part part : List.of(Part.CHAINS, Part.TEST, Part.UNSEEN)) {
            for (Problem problem : WORDS.problems(part, 1000)) {
                assertEquals(problem.answer(), last(problem), problem::toString);
                assertTrue(Integer.parseInt(problem.answer()) >= 1, problem::toString);
                assertTrue(Integer.parseInt(problem.answer()) <= 32, problem::toString);
            }
        }
        assertTrue(WORDS.problems(Part.ANSWERS, 50).stream().noneMatch(Problem::hasChain));
    }

    /** Does every step of the chain and gives the last result; every number of a step is in the question or was a result. */
    private static String last(Problem problem) {
        Set<String> known = new HashSet<>(List.of(problem.question().split(" ")));
        String result = "";
        String[] words = problem.chain().split(" ");
        for (int at = 0; at < words.length; at += 6) {
            int a = Integer.parseInt(words[at]);
            int b = Integer.parseInt(words[at + 2]);
            assertTrue(known.contains(words[at]) && known.contains(words[at + 2]), problem::toString);
            int value =
                    switch (words[at + 1]) {
                        case "+" -> a + b;
                        case "-" -> a - b;
                        case "*" -> a * b;
                        default -> throw new AssertionError(problem.toString());
                    };
            assertEquals("=", words[at + 3]);
            assertEquals(Integer.toString(value), words[at + 4], problem::toString);
            assertEquals(".", words[at + 5]);
            result = words[at + 4];
            known.add(result);
        }
        return result;
    }

    @Test
    void embeddedTokenizerKnowsEveryWord() throws Exception {
        JsonNode tokenizer = resource("tokenizer.json");
        JsonNode vocabulary = tokenizer.get("model").get("vocab");
        assertEquals(
                vocabulary.size(), resource("config.json").get("vocab_size").asInt());
        assertEquals(
                vocabulary.get("<eos>").asInt(),
                resource("config.json").get("eos_token_id").asInt());
        Set<String> used = new HashSet<>();
        for (Part part : Part.values()) {
            for (Problem problem : WORDS.problems(part, 1000)) {
                String target = problem.hasChain() ? PromptFormat.WORDS.target(problem) : problem.answer();
                used.addAll(List.of((problem.question() + PromptFormat.WORDS.after() + " " + target).split(" ")));
                assertTrue(problem.question().split(" ").length + 2 <= 40, problem::question);
            }
        }
        for (String word : used) {
            assertTrue(word.isEmpty() || vocabulary.has(word), () -> "no token for '" + word + "'");
        }
    }

    @Test
    void refusesImpossibleCounts() {
        assertThrows(IllegalArgumentException.class, () -> WORDS.problems(Part.TEST, -1));
        assertTrue(WORDS.problems(Part.TEST, 0).isEmpty());
        assertFalse(WORDS.problems(Part.ANSWERS, 8000).isEmpty());
    }

    private static Set<String> kinds(List<Problem> problems) {
        Set<String> kinds = new HashSet<>();
        problems.forEach(problem -> kinds.add(problem.kind()));
        return kinds;
    }

    private static JsonNode resource(String name) throws Exception {
        try (InputStream in = WordProblemsTest.class.getResourceAsStream("/dev/reft/examples/model/" + name)) {
            return new ObjectMapper().readTree(in);
        }
    }
}
