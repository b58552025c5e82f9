package dev.reft.graders.maths;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.reft.graders.AnswerRule;
import dev.reft.graders.Golden;
import dev.reft.graders.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

class MathGoldenTest {
    @TestFactory
    Stream<DynamicTest> equivalence() {
        return Golden.tests("math_equivalence", MathGoldenTest::equivalent);
    }

    @TestFactory
    Stream<DynamicTest> strings() {
        return Golden.tests("math_string", MathGoldenTest::written);
    }

    private static void equivalent(JsonNode c) {
        String input = c.get("input").asString();
        if (c.get("level").asString().equals("choice")) {
            List<String> words = new ArrayList<>();
            c.get("strings").forEach(word -> words.add(word.asString()));
            assertEquals(
                    c.get("expected").asString(),
                    new ChoiceReader(words, c.get("lowercase").asBoolean())
                            .read(input)
                            .orElse(""));
            return;
        }
        List<String> kinds = new ArrayList<>();
        c.get("extract").forEach(kind -> kinds.add(kind.asString()));
        Equivalence rule = new Equivalence(
                kinds.contains("latex"),
                kinds.contains("expr"),
                c.path("boxed_first").asBoolean(false),
                c.path("float_rounding").asInt(6),
                c.path("strict").asBoolean(true),
                c.path("allow_set_relation_comp").asBoolean(false));
        Verdict verdict = rule.judge(input, c.get("reference").asString());
        assertEquals(c.get("expected").asDouble(), verdict.kind() == Verdict.Kind.RIGHT ? 1 : 0, verdict::toString);
    }

    private static void written(JsonNode c) {
        String mode = c.get("mode").asString();
        String input = c.get("input").asString();
        if (mode.equals("hendrycks_normalise")) {
            assertEquals(c.get("expected").asString(), Hendrycks.normalised(input));
            return;
        }
        AnswerRule rule =
                switch (mode) {
                    case "hendrycks_is_equiv" -> StringRule.HENDRYCKS;
                    case "boxed_then_hendrycks" -> StringRule.BOXED_HENDRYCKS;
                    case "dapo_minerva" -> StringRule.MINERVA;
                    case "dapo_strict_box" -> StringRule.STRICT_BOX;
                    case "prm800k_grade_answer" -> StringRule.PRM800K;
                    default -> throw new AssertionError("unknown mode " + mode);
                };
        Verdict verdict = rule.judge(input, c.get("reference").asString());
        double wrong = mode.startsWith("dapo") ? -1 : 0;
        assertEquals(c.get("expected").asDouble(), verdict.kind() == Verdict.Kind.RIGHT ? 1 : wrong, verdict::toString);
        if (c.has("extracted")) {
            String none = verdict.kind() == Verdict.Kind.UNREADABLE ? "[INVALID]" : verdict.extracted();
            assertEquals(c.get("extracted").asString(), none);
        }
    }
}
