package dev.reft.graders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.graders.maths.MathGrader;
import dev.reft.graders.programs.ProgramGrader;
import dev.reft.graders.programs.ProgramOutcome;
import dev.reft.graders.programs.PythonValue;
import dev.reft.graders.programs.ScriptedRunner;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Graders of programs and of mathematics take several accepted answers, as those of plain answers do. */
class AcceptedAnswersTest {
    private static Prompt prompt(String reference, Object further) {
        return new Prompt("p", new Prompt.Input.Text("q"), reference, Map.of(References.ATTRIBUTE, further));
    }

    private static Grade grade(Grader grader, Prompt prompt, String text) throws Exception {
        return grader.grade(prompt, new Completion("p", 0, List.of(), text, Finish.END));
    }

    private static double score(Grader grader, Prompt prompt, String text) throws Exception {
        return assertInstanceOf(Grade.Score.class, grade(grader, prompt, text)).value();
    }

    @Test
    void mathematics() throws Exception {
        for (MathGrader grader : List.of(MathGrader.reward(), MathGrader.mathVerify(), MathGrader.hendrycks())) {
            Prompt both = prompt("", List.of("3", "\\frac{1}{2}"));
            assertEquals(1, score(grader, both, "so $\\boxed{\\frac{1}{2}}$"));
            assertEquals(1, score(grader, both, "so $\\boxed{3}$"));
            assertEquals(0, score(grader, both, "so $\\boxed{4}$"));
            assertEquals(1, score(grader, prompt("7", List.of("8")), "so $\\boxed{7}$"), "the reference too");
        }
        Prompt one = prompt("", List.of("", "3"));
        assertEquals(1, score(MathGrader.reward(), one, "$3$"), "a useless one among them is passed over");
        assertEquals(0, score(MathGrader.reward(), one, "$4$"));
        assertInstanceOf(Grade.None.class, grade(MathGrader.reward(), prompt("", List.of("", " ")), "$3$"));
        assertEquals(-1, score(MathGrader.minerva(), prompt("1", List.of("2")), "Answer: 3"));
        assertThrows(IllegalArgumentException.class, () -> grade(MathGrader.reward(), prompt("1", 2), "$3$"));
        assertThrows(IllegalArgumentException.class, () -> grade(MathGrader.reward(), prompt("1", List.of(2)), "$3$"));
    }

    @Test
    void reasoningAccuracy() throws Exception {
        Grader grader = MathGrader.reasoningAccuracy();
        assertEquals(1, score(grader, Prompt.text("p", "", "42"), "<think>$41$</think> $\\boxed{42}$"));
        assertEquals(0, score(grader, Prompt.text("p", "", "42"), "<think>$\\boxed{42}$</think> it is so"));
        assertEquals(0, score(grader, Prompt.text("p", "", "42"), "<think>$\\boxed{42}$"));
        assertEquals(
                0, score(grader, Prompt.text("p", "", "forty two"), "<think>$\\boxed{42}$"), "not closed comes first");
        assertInstanceOf(Grade.None.class, grade(grader, Prompt.text("p", "", "forty-two."), "</think>$\\boxed{42}$"));
        for (String reference : List.of("xy", "x", "\\pi", "$a$", "2 apples")) {
            assertInstanceOf(
                    Grade.Score.class, grade(grader, Prompt.text("p", "", reference), "</think>$\\boxed{42}$"));
        }
        assertEquals(1, score(grader, prompt("forty two", List.of("42")), "</think>$\\boxed{42}$"));
    }

    @Test
    void programs() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        ProgramOutcome eighteen = ScriptedRunner.value(PythonValue.Kind.INTEGER, "18", 18);
        ScriptedRunner runner = new ScriptedRunner(
                task -> {
                    runs.incrementAndGet();
                    return eighteen;
                },
                List.of());
        for (ProgramGrader grader : List.of(
                ProgramGrader.published(ReftData.GSM8K, runner), ProgramGrader.corrected(ReftData.GSM8K, runner))) {
            runs.set(0);
            assertEquals(1, score(grader, prompt("17", List.of("16", "18")), "x"));
            assertEquals(1, runs.get(), "the program ran once");
            assertEquals(0.1, score(grader, prompt("17", List.of("16")), "x"));
            assertEquals(1, score(grader, prompt("", List.of("none", "18")), "x"));
            assertEquals(0.1, score(grader, prompt("", List.of("none", "17")), "x"));
            assertInstanceOf(Grade.None.class, grade(grader, prompt("", List.of("none", "?")), "x"));
            runs.set(0);
            assertThrows(IllegalArgumentException.class, () -> grade(grader, prompt("18", "18"), "x"));
            assertEquals(0, runs.get(), "the row is refused before its program runs");
        }
        ScriptedRunner fails = new ScriptedRunner(task -> ScriptedRunner.raised("ValueError", ""), List.of());
        ProgramGrader corrected = ProgramGrader.corrected(ReftData.GSM8K, fails);
        assertEquals(0, score(corrected, prompt("17", List.of("18")), "x"));
        assertInstanceOf(Grade.None.class, grade(corrected, prompt("?", List.of("none")), "x"));
        ScriptedRunner choice =
                new ScriptedRunner(task -> ScriptedRunner.value(PythonValue.Kind.TEXT, "b", Double.NaN), List.of());
        assertEquals(1, score(ProgramGrader.published(ReftData.MATHQA, choice), prompt("a", List.of("b")), "x"));
        assertEquals(1, score(ProgramGrader.corrected(ReftData.MATHQA, choice), prompt("a", List.of("b")), "x"));
    }
}
