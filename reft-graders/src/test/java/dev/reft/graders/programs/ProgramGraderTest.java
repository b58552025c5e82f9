package dev.reft.graders.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.graders.ReftData;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ProgramGraderTest {
    private static final String PROMPT = "Question:\nq\nAnswer reasoning:\ndef solution():\n    \"\"\"q\"\"\"\n";

    @Test
    void runsThePromptsProgramWithTheCompletion() throws Exception {
        List<String> sources = new ArrayList<>();
        ScriptedRunner runner = new ScriptedRunner(
                task -> {
                    sources.add(((ProgramTask.Call) task).source());
                    return ScriptedRunner.value(PythonValue.Kind.INTEGER, "18", 18);
                },
                List.of());
        ProgramGrader grader = ProgramGrader.published(ReftData.GSM8K, runner);
        assertEquals(1, score(grader, PROMPT, "    return 18\n\nprint()", "18"));
        assertEquals("import math\nimport sympy\ndef solution():\n    \"\"\"q\"\"\"\n    return 18", sources.get(0));
        score(ProgramGrader.corrected(ReftData.GSM8K, runner), "Write it.", "```python\na = 1\n\nb = 2\n```", "18");
        assertEquals("import math\nimport sympy\na = 1\n\nb = 2", sources.get(1));
    }

    @Test
    void leavesOutWhatTheBackendLacks() throws Exception {
        ScriptedRunner runner =
                new ScriptedRunner(task -> ScriptedRunner.raised("NameError", "sympy.core"), List.of("sympy"));
        ProgramGrader grader = ProgramGrader.published(ReftData.GSM8K, runner);
        assertEquals(List.of("math"), grader.imports());
        SandboxException lacks = assertThrows(SandboxException.class, () -> score(grader, PROMPT, "    x", "18"));
        assertTrue(String.valueOf(lacks.getMessage()).contains("'sympy'"));
        ScriptedRunner other =
                new ScriptedRunner(task -> ScriptedRunner.raised("ModuleNotFoundError", "numpy"), List.of("sympy"));
        assertEquals(0, score(ProgramGrader.published(ReftData.GSM8K, other), PROMPT, "    x", "18"));
    }

    @Test
    void everyOutcomeOfTheCandidateIsAScore() throws Exception {
        for (ProgramOutcome outcome : List.of(
                ScriptedRunner.raised("ZeroDivisionError", ""),
                new ProgramOutcome.Stopped(ProgramOutcome.Limit.TIME, Duration.ofSeconds(10)),
                new ProgramOutcome.Stopped(ProgramOutcome.Limit.MEMORY, ScriptedRunner.TOOK),
                new ProgramOutcome.Crashed("it crashed", ScriptedRunner.TOOK),
                ScriptedRunner.printed(""))) {
            ScriptedRunner runner = new ScriptedRunner(task -> outcome, List.of());
            assertEquals(0, score(ProgramGrader.published(ReftData.GSM8K, runner), PROMPT, "x", "18"));
            assertEquals(0.1, score(ProgramGrader.published(ReftData.MATHQA, runner), PROMPT, "x", "b"));
            assertEquals(0, score(ProgramGrader.corrected(ReftData.MATHQA, runner), PROMPT, "x", "b"));
        }
    }

    @Test
    void opensNothingWithoutAProvider() {
        assumeTrue(
                ServiceLoader.load(ProgramRunnerProvider.class).findFirst().isEmpty(),
                "a provider is on the class path");
        SandboxException none = assertThrows(SandboxException.class, () -> ProgramRunners.open(RunnerSpec.embedded()));
        assertTrue(String.valueOf(none.getMessage()).contains("reft-sandbox"), none.getMessage());
    }

    @Test
    void checksItsSettings() {
        assertThrows(IllegalArgumentException.class, () -> RunnerSpec.worker().withParallel(0));
        assertThrows(IllegalArgumentException.class, () -> RunnerSpec.worker().withPython(" "));
        assertThrows(IllegalArgumentException.class, () -> ProgramLimits.DEFAULT.withTime(Duration.ZERO));
    }

    @Property(tries = 300)
    void gradesAnything(@ForAll String prompt, @ForAll String text, @ForAll String value, @ForAll double number)
            throws Exception {
        for (PythonValue.Kind kind : PythonValue.Kind.values()) {
            ScriptedRunner runner = new ScriptedRunner(task -> ScriptedRunner.value(kind, value, number), List.of());
            for (ReftData data : ReftData.values()) {
                double published =
                        score(ProgramGrader.published(data, runner), prompt, text, data.isChoice() ? "b" : "1");
                double corrected =
                        score(ProgramGrader.corrected(data, runner), prompt, text, data.isChoice() ? "b" : "1");
                assertTrue(published >= 0 && published <= 1 && corrected >= 0 && corrected <= 1);
            }
            PythonGrader.result(ScriptedRunner.value(kind, value, number));
        }
    }

    private static double score(ProgramGrader grader, String prompt, String text, String reference) throws Exception {
        Grade grade =
                grader.grade(Prompt.text("q", prompt, reference), new Completion("q", 0, List.of(), text, Finish.END));
        return assertInstanceOf(Grade.Score.class, grade).value();
    }
}
