package dev.reft.graders.instructions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.graders.Golden;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

class InstructionGoldenTest {
    @TestFactory
    Stream<DynamicTest> original() {
        return Golden.tests("instruction_following", InstructionGoldenTest::check);
    }

    @TestFactory
    Stream<DynamicTest> further() {
        return Golden.tests("instruction_following_further", InstructionGoldenTest::check);
    }

    private static void check(JsonNode c) throws Exception {
        String text = c.get("input").asString();
        if (c.get("mode").asString().equals("ifeval_verifier_mean")) {
            assertEquals(c.get("expected").asDouble(), mean(c, text));
            return;
        }
        String name = c.has("function")
                ? c.get("function").asString()
                : c.get("instruction_id").asString();
        Map<String, ?> arguments = Golden.JSON.convertValue(c.get("kwargs"), Map.class);
        // The published check draws a letter at random for a letter that is none, so nothing follows from its verdict
        // there.
        assumeFalse(name.equals("letters:letter_counting2")
                && !c.get("kwargs").get("letter").asString().matches("[A-Za-z]"));
        if (c.get("expected").isObject()) {
            assertThrows(IllegalArgumentException.class, () -> Instructions.of(name, arguments));
            return;
        }
        assertEquals(
                c.get("expected").asDouble(), Instructions.of(name, arguments).followedBy(text) ? 1 : 0);
    }

    private static double mean(JsonNode c, String text) throws Exception {
        Map<String, Object> attributes = new HashMap<>();
        Object ids = Golden.JSON.convertValue(c.get("instruction_id"), Object.class);
        attributes.put("instruction_id_list", ids == null ? List.of() : ids);
        attributes.put("kwargs", Golden.JSON.convertValue(c.get("kwargs_list"), Object.class));
        Prompt prompt = new Prompt("q", new Prompt.Input.Text(""), "", attributes);
        Grade grade = InstructionGrader.share().grade(prompt, new Completion("q", 0, List.of(), text, Finish.END));
        return ((Grade.Score) grade).value();
    }
}
