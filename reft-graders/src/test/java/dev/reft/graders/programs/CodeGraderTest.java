package dev.reft.graders.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class CodeGraderTest {
    private static final List<Object> TESTS =
            List.of("assert f(1) == 2", "assert f(2) == 3", Map.of("input", "1", "output", "2"));

    /** Passes the first assertion, fails the second, and prints 2. */
    private static final ScriptedRunner RUNNER = new ScriptedRunner(
            task -> task instanceof ProgramTask.Script
                    ? ScriptedRunner.printed("2\n")
                    : ((ProgramTask.Check) task).test().contains("f(1)")
                            ? ScriptedRunner.printed("")
                            : ScriptedRunner.raised("AssertionError", ""),
            List.of());

    @Test
    void scores() throws Exception {
        Grade.Score score = score(CodeGrader.passRate(RUNNER), TESTS, "Here:\n```python\nx = 1\n```");
        assertEquals(2.0 / 3, score.value());
        assertEquals("x = 1", score.extracted());
        assertTrue(score.explanation().startsWith("2 of 3 tests passed; test 1: AssertionError"), score.explanation());
        assertEquals(0, score(CodeGrader.allOrNothing(RUNNER), TESTS, "x").value());
        assertEquals(
                1,
                score(CodeGrader.allOrNothing(RUNNER), List.of(TESTS.get(0), TESTS.get(2)), "x")
                        .value());
        assertEquals(
                0,
                score(CodeGrader.passRate(RUNNER).refusing(CodeGrader.OPEN_INSTRUCT_WORDS), TESTS, "import os")
                        .value());
    }

    /** Each loop takes its whole limit; the third finds the grading's deadline before its own. */
    @Test
    void endlessLoopsAreScoredWhenTheyUseTheTimeUp() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        ScriptedRunner looping = new ScriptedRunner(
                task -> new ProgramOutcome.Stopped(
                        ProgramOutcome.Limit.TIME,
                        runs.incrementAndGet() < 3 ? ProgramLimits.DEFAULT.time() : Duration.ofSeconds(1)),
                List.of());
        Grade.Score score = score(CodeGrader.passRate(looping), TESTS, "while True: pass");
        assertEquals(0, score.value());
        assertEquals(3, runs.get());
        ScriptedRunner late = new ScriptedRunner(
                task -> new ProgramOutcome.Stopped(ProgramOutcome.Limit.TIME, Duration.ofSeconds(1)), List.of());
        assertThrows(
                TimeoutException.class,
                () -> score(CodeGrader.passRate(late), TESTS, "x"),
                "a deadline that comes first says nothing of the program");
    }

    @Test
    void needsTests() throws Exception {
        CodeGrader grader = CodeGrader.passRate(RUNNER);
        assertThrows(IllegalArgumentException.class, () -> grader.grade(Prompt.text("q", "", ""), completion("x")));
        assertInstanceOf(Grade.None.class, grade(grader, List.of(), "x"));
        for (Object bad : List.of("eJxrYJmq", Map.of(), List.of(1), List.of(Map.of("input", "1")))) {
            IllegalArgumentException error = assertThrows(IllegalArgumentException.class, () -> CodeTest.read(bad));
            assertFalse(String.valueOf(error.getMessage()).isBlank());
        }
    }

    @Test
    void allOrNothingNeedsEveryTest() {
        List<CodeScoring.Result> most = new java.util.ArrayList<>();
        for (int i = 0; i < 200; i++) {
            most.add(new CodeScoring.Result(i > 0, Duration.ZERO));
        }
        assertEquals(0, new CodeScoring.AllOrNothing().score(most, Duration.ofSeconds(1)));
        assertEquals(1, CodeScoring.Above.OPEN_R1.score(most, Duration.ofSeconds(1)));
        assertEquals(0, new CodeScoring.AllOrNothing().score(List.of(), Duration.ofSeconds(1)));
    }

    @Test
    void outputsAreComparedWithoutRunningAway() {
        assertFalse(OutputRule.TOLERANT.accepts("1e999999999", "5"));
        assertFalse(OutputRule.TOLERANT.accepts("1e99999999999", "5"));
        assertFalse(OutputRule.TOLERANT.accepts("inf", "infinity"));
        assertFalse(OutputRule.TOLERANT.accepts("nan 1", "nan 1.0"));
        assertTrue(OutputRule.TOLERANT.accepts("1_000. +.5", "1000 0.5004"));
        assertFalse(OutputRule.TOLERANT.accepts("0.5", "0.5011"));
        assertFalse(new OutputRule.Lines().accepts("1", "1\n2"));
        assertFalse(new OutputRule.Lines().accepts("1\n2\n3", "1\n2"));
        assertTrue(new OutputRule.Lines().accepts(" 1 \n2\n\n", "1\n2"));
        assertThrows(IllegalArgumentException.class, () -> new OutputRule.Tolerant(Double.NaN));
    }

    @Test
    void findsTheLastBlock() {
        assertEquals("b", CodeBlock.last("```python\na\n```\ntext\n```\nb\n```"));
        assertEquals("a", CodeBlock.last("```\na\n``` and ```python\nb"));
        assertEquals("", CodeBlock.last("``````"));
        assertEquals("x", CodeBlock.last("```pythonx```"));
        assertEquals("", CodeBlock.last("```python```"));
    }

    @Property(tries = 300)
    void readsAnything(@ForAll String text, @ForAll String other) throws Exception {
        assertTrue(OutputRule.TOLERANT.accepts(text, text));
        assertTrue(new OutputRule.Lines().accepts(text, text));
        OutputRule.TOLERANT.accepts(text, other);
        CodeBlock.last(text);
        CodeBlock.last("```" + text + "```" + other);
        double value = score(CodeGrader.passRate(RUNNER), TESTS, text).value();
        assertTrue(value >= 0 && value <= 1);
    }

    private static Grade grade(CodeGrader grader, List<Object> tests, String text) throws Exception {
        Prompt prompt = new Prompt("q", new Prompt.Input.Text(""), "", Map.of(CodeGrader.TESTS, tests));
        return grader.grade(prompt, completion(text));
    }

    private static Grade.Score score(CodeGrader grader, List<Object> tests, String text) throws Exception {
        return assertInstanceOf(Grade.Score.class, grade(grader, tests, text));
    }

    private static Completion completion(String text) {
        return new Completion("q", 0, List.of(), text, Finish.END);
    }
}
