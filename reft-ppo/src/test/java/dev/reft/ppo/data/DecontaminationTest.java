package dev.reft.ppo.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Overlap with test sets, and duplicates. */
class DecontaminationTest {
    private static final String TEST = "Ann has 3 apples and buys 4 more apples at the market. How many has she now?";

    private static Map<String, String> one(String id, String text) {
        return Map.of(id, text);
    }

    @Test
    void aCopyIsFoundWhateverStandsAroundIt() {
        Decontamination.Report report = Decontamination.TULU.find(
                one(
                        "train",
                        "Solve this: ANN has 3 apples, and buys 4 more apples at the market! How many has she now? Easy."),
                one("test", TEST));
        assertEquals(Set.of("train"), report.contaminated());
        Decontamination.Match match = report.matches().get(0);
        assertEquals("test", match.test());
        assertEquals(1, match.share());
        assertEquals("ann has 3 apples and buys 4 more apples at the market how many has she now", match.example());
        assertEquals(1, report.testShare());
    }

    @Test
    void halfOfTheWordsIsNotYetTooMuch() {
        String test = "a b c d e f g h i j k l m n o p";
        assertEquals(
                List.of(),
                Decontamination.TULU
                        .find(one("t", "a b c d e f g h"), one("x", test))
                        .matches());
        List<Decontamination.Match> nine = Decontamination.TULU
                .find(one("t", "a b c d e f g h i"), one("x", test))
                .matches();
        assertEquals(9 / 16.0, nine.get(0).share());
        assertEquals("a b c d e f g h i", nine.get(0).example());
        // Seven words in a row never make an 8-gram.
        String scattered = "a b c d e f g x h i j k l m n y o p";
        assertEquals(
                List.of(),
                Decontamination.TULU.find(one("t", scattered), one("x", test)).matches());
    }

    @Test
    void theWorstTestIsNamedAndAllThatAreHitCount() {
        Map<String, String> tests = new LinkedHashMap<>();
        tests.put("half", "one two three four five six seven eight nine ten other words follow here");
        tests.put("whole", "one two three four five six seven eight nine ten");
        tests.put("free", "nothing of it");
        tests.put("empty", " ... ");
        Decontamination.Report report =
                Decontamination.TULU.find(one("t", "one two three four five six seven eight nine ten"), tests);
        assertEquals("whole", report.matches().get(0).test());
        assertEquals(Set.of("half", "whole"), report.testsHit());
        assertEquals(0.5, report.testShare());
    }

    @Test
    void shortTestsMatchAsAWhole() {
        Decontamination.Report report = Decontamination.TULU.find(
                Map.of("t", "So: what is 2 plus 2, please?", "u", "what is 2 plus 3"), one("x", "What is 2 plus 2?"));
        assertEquals(Set.of("t"), report.contaminated());
        assertThrows(IllegalArgumentException.class, () -> new Decontamination(0, 0.5));
        assertThrows(IllegalArgumentException.class, () -> new Decontamination(8, 1));
    }

    @Property(tries = 200)
    void aTextContaminatesItselfUnlessItHasNoWord(@ForAll String text) {
        Decontamination.Report report = Decontamination.TULU.find(one("t", text), one("x", text));
        boolean words = text.codePoints().anyMatch(Character::isLetterOrDigit);
        assertTrue(report.matches().size() == 1 || !words, text);
    }

    @Test
    void duplicatesNameTheTextThatStays() {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("a", "The cat sat on the mat.");
        texts.put("b", "  the cat  sat\non the MAT.");
        texts.put("c", "The cat sat on a mat, and the dog slept by the door all day.");
        texts.put("d", "The cat sat on a mat, and the dog slept by the door all night.");
        texts.put("e", "Something else");
        assertEquals(Map.of("b", "a"), Deduplication.exact(texts));
        assertEquals(Map.of(), Deduplication.exact(Map.of("x", "2 + 2", "y", "2 - 2")));
        assertEquals(Map.of("b", "a", "d", "c"), Deduplication.near(texts, 3, 0.8));
        assertEquals(Map.of("b", "a"), Deduplication.near(texts, 3, 1));
        assertThrows(IllegalArgumentException.class, () -> Deduplication.near(texts, 0, 0.5));
    }
}
