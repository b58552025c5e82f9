package dev.reft.graders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

class QaGoldenTest {
    @TestFactory
    Stream<DynamicTest> qaMatch() {
        return Golden.tests(
                "qa_match",
                c -> assertEquals(
                        c.get("expected").asDouble(),
                        rule(c).score(c.get("input").asString(), references(c)),
                        c.path("tolerance").asDouble(1e-9)));
    }

    private static QaRule rule(JsonNode c) {
        return switch (c.get("mode").asString()) {
            case "puzzle_matcher" -> QaRule.PUZZLE;
            case "string_f1" -> QaRule.STRING_F1;
            case "flan" -> QaRule.FLAN;
            case "string_matcher" -> QaRule.STRING_MATCHER;
            case "research_f1" -> QaRule.RESEARCH_F1;
            case "search_r1_em" -> QaRule.SEARCH_R1;
            case "verl_search_r1_em" -> QaRule.VERL_SEARCH_R1;
            default -> fail("unknown mode in " + c);
        };
    }

    private static List<String> references(JsonNode c) {
        JsonNode node = c.get("reference");
        List<String> all = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(n -> all.add(n.asString()));
        } else {
            all.add(node.asString());
        }
        return all;
    }

    @Test
    void severalAcceptedAnswersComeFromTheAttribute() throws Exception {
        QaGrader grader = new QaGrader(QaRule.PUZZLE);
        Prompt.Input input = new Prompt.Input.Text("");
        Prompt both = new Prompt("q", input, "Paris", Map.of(References.ATTRIBUTE, List.of("City of Light")));
        Grade.Score score = (Grade.Score) grader.grade(both, completion("the city of light"));
        assertEquals(1, score.value());
        assertEquals("the city of light", score.extracted());
        assertEquals(0, ((Grade.Score) grader.grade(both, completion("London"))).value());
        assertInstanceOf(Grade.None.class, grader.grade(Prompt.text("q", "", " "), completion("x")));
        assertEquals(
                List.of("b"), References.of(new Prompt("q", input, "", Map.of(References.ATTRIBUTE, List.of("b")))));
        assertThrows(
                IllegalArgumentException.class,
                () -> References.of(new Prompt("q", input, "", Map.of(References.ATTRIBUTE, "b"))));
    }

    @Test
    void referencesThatOnlyStartAsJsonAreTexts() {
        assertEquals(1, QaRule.SEARCH_R1.score("<finish>42 apples</finish>", List.of("42 apples")));
        assertEquals(0, QaRule.SEARCH_R1.score("<finish>42</finish>", List.of("42 apples")));
    }

    private static Completion completion(String text) {
        return new Completion("q", 0, List.of(), text, Finish.END);
    }

    @Test
    void anEmptyAnswerIsNotPaidWhereTheReferenceIsAnArticle() {
        for (QaRule rule : List.of(QaRule.PUZZLE, QaRule.FLAN)) {
            for (String reference : List.of("A", "the", "The a", " an. ")) {
                for (String text : List.of("", " ", "<answer></answer>", "an the", "...", "The answer is: ")) {
                    assertEquals(0, rule.score(text, List.of(reference)), rule + " '" + text + "' '" + reference + "'");
                }
                assertEquals(1, rule.score(reference, List.of(reference)));
            }
            assertEquals(1, rule.score("a", List.of("A")));
            assertEquals(1, rule.score("The cat", List.of("a cat.")));
            assertEquals(0, rule.score("", List.of("")));
        }
        assertEquals(0, QaRule.STRING_MATCHER.score("<answer></answer>", List.of("the")));
        assertEquals(0, QaRule.SEARCH_R1.score("<finish>the</finish>", List.of("[\"A\"]")));
        assertEquals(0, QaRule.VERL_SEARCH_R1.score("<answer> </answer>", List.of("A")));
    }
}
