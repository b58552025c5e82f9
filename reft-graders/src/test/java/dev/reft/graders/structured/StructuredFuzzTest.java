package dev.reft.graders.structured;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.graders.Tolerance;
import dev.reft.graders.execution.Sample;
import dev.reft.graders.similarity.SimilarityMetric;
import dev.reft.graders.structured.ObjectGrader.Field;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Whatever JSON a model writes is scored from 0 to 1, in time. */
class StructuredFuzzTest {
    private static final List<String> LEAVES = List.of(
            "1",
            "-0.0",
            "1e99999999999",
            "-1e-99999999999",
            "1e2147483647",
            "1e-2147483648",
            "1e400",
            "9".repeat(390),
            "9".repeat(500),
            "\"\"",
            "\"1e999999999\"",
            "\"\\ud800\"",
            "\"a b\"",
            "\" A  B \"",
            "true",
            "null",
            "NaN",
            "01",
            "\"\u0661\"");
    private static final List<StructuredGrader> GRADERS = List.of(
            StructuredGrader.inferred(),
            StructuredGrader.inferred()
                    .withGate(new JsonSchemaGate("{\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"number\","
                            + " \"multipleOf\": 0.5, \"maximum\": 1e300}}, \"maxProperties\": 5}")),
            StructuredGrader.of(
                    new Field("a", FieldGrader.number(Tolerance.REFT), 1),
                    new Field("b", FieldGrader.similarity(SimilarityMetric.named("fuzzy_match")), 1),
                    new Field("c", FieldGrader.listF1(FieldGrader.EXACT), 1),
                    new Field("d", FieldGrader.TEXT, 1)));

    private static String json(Random random, int depth) {
        int kind = random.nextInt(depth > 3 ? 2 : 5);
        if (kind < 2) {
            return LEAVES.get(random.nextInt(LEAVES.size()));
        }
        StringBuilder out = new StringBuilder(kind == 2 ? "[" : "{");
        int size = random.nextInt(5);
        for (int i = 0; i < size; i++) {
            out.append(i == 0 ? "" : ", ");
            out.append(kind == 2 ? "" : "\"" + "abcd".charAt(i % 4) + "\": ");
            out.append(json(random, depth + 1));
        }
        return out + (random.nextInt(30) == 0 ? "" : kind == 2 ? "]" : "}");
    }

    @Property(tries = 300)
    void anyJsonIsScored(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        String reference = json(random, 0);
        String answer = random.nextInt(5) == 0 ? reference : json(random, 0);
        Prompt prompt = Prompt.text("p", "", reference);
        for (StructuredGrader grader : GRADERS) {
            Grade grade = grader.grade(prompt, Sample.of(prompt, 0, answer).completion());
            assertTrue(
                    grade instanceof Grade.None
                            || grade instanceof Grade.Score score && score.value() >= 0 && score.value() <= 1,
                    () -> grader + " gave " + grade + " for " + answer + ", expected " + reference);
        }
        double f1 = ToolCalls.f1(answer, "[{\"function\": {\"name\": \"f\", \"arguments\": \"{}\"}}]");
        assertTrue(f1 >= 0 && f1 <= 1);
    }

    @Test
    void aLongTextAgainstManyEndsWithTheDeadline() throws Exception {
        Prompt prompt = Prompt.text("p", "", "[\"a\"" + ", \"b c\"".repeat(199) + "]");
        String answer = "[\"" + "x ".repeat(490_000) + "\"]";
        long start = System.nanoTime();
        boolean inTime = true;
        try {
            Deadline.in(Duration.ofMillis(50))
                    .call(() -> StructuredGrader.inferred()
                            .grade(prompt, Sample.of(prompt, 0, answer).completion()));
        } catch (TimeoutException e) {
            inTime = false;
        }
        double seconds = (System.nanoTime() - start) * 1e-9;
        // The machine is shared; without a look at the deadline it takes 200 times as long as one comparison.
        assertTrue(!inTime && seconds < 1.5 || seconds < 0.2, "took " + seconds + " s");
    }

    @Test
    void whatIsNoListOfCallsIsNoneCalled() {
        String call = "{\"function\": {\"name\": \"f\", \"arguments\": {}}}";
        assertTrue(ToolCalls.f1("[" + call + "]", "[" + call + "]") == 1);
        assertTrue(ToolCalls.f1("[" + call + ", 5]", "[" + call + "]") == 0);
    }
}
