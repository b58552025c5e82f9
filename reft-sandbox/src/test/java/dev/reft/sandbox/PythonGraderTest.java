package dev.reft.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.graders.ReftData;
import dev.reft.graders.programs.ProgramGrader;
import dev.reft.graders.programs.ProgramLimits;
import dev.reft.graders.programs.ProgramRunner;
import dev.reft.graders.programs.PythonGrader;
import dev.reft.graders.programs.SandboxException;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenAI's python grader and ReFT's programs on both backends. */
class PythonGraderTest {
    private static ProgramRunner runner(String backend) throws Exception {
        return backend.equals("worker") ? Backends.worker() : Backends.embedded();
    }

    @ParameterizedTest
    @ValueSource(strings = {"worker", "embedded"})
    void rewards(String backend) throws Exception {
        ProgramRunner runner = runner(backend);
        String source = "def grade(sample, item):\n    return 0.5 * (sample['output_text'] == item['answer'])";
        PythonGrader grader = new PythonGrader(source, runner);
        assertEquals(List.of(), grader.validate());
        assertEquals(
                new PythonGrader.Result.Reward(0.5),
                grader.grade("{\"output_text\": \"a \\ud83d\\ude00\"}", "{\"answer\": \"a \ud83d\ude00\"}"));
        assertEquals(
                new PythonGrader.Result.Reward(0), grader.grade("{\"output_text\": \"b\"}", "{\"answer\": \"a\"}"));
        for (String bad :
                List.of("'0.5'", "None", "True", "float('nan')", "float('inf')", "1 / 0", "item['x']", "10 ** 400")) {
            PythonGrader wrong = new PythonGrader("def grade(sample, item):\n    return " + bad, runner);
            PythonGrader.Result.RuntimeError error =
                    assertInstanceOf(PythonGrader.Result.RuntimeError.class, wrong.grade("{}", "{}"), bad);
            assertTrue(!error.details().isBlank(), bad);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"worker", "embedded"})
    void validates(String backend) throws Exception {
        ProgramRunner runner = runner(backend);
        assertProblem("exactly two", new PythonGrader("def grade(sample):\n    return 1", runner));
        assertProblem("exactly two", new PythonGrader("def grade(sample, item, *more):\n    return 1", runner));
        assertProblem("no function", new PythonGrader("def grader(sample, item):\n    return 1", runner));
        assertProblem("does not compile", new PythonGrader("def grade(sample, item:", runner));
        assertProblem(
                "no_such_module", new PythonGrader("def grade(sample, item):\n    import no_such_module.x", runner));
        assertThrows(IllegalArgumentException.class, () -> new PythonGrader("#".repeat(256 * 1024), runner));
    }

    private static void assertProblem(String words, PythonGrader grader) throws Exception {
        List<String> problems = grader.validate();
        assertEquals(1, problems.size(), problems::toString);
        assertTrue(problems.get(0).contains(words), problems::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"worker", "embedded"})
    void scoresPrograms(String backend) throws Exception {
        ProgramRunner runner = runner(backend);
        String start = "Question:\nq\nAnswer reasoning:\ndef solution():\n    \"\"\"q\"\"\"\n";
        for (ProgramGrader grader : List.of(
                ProgramGrader.published(ReftData.SVAMP, runner), ProgramGrader.corrected(ReftData.SVAMP, runner))) {
            assertEquals(1, score(grader, start, "    return 18", "18"));
            assertEquals(0.1, score(grader, start, "    return 17", "18"));
            assertEquals(1, score(grader, start, "    return math.sqrt(324)", "18.0"));
            assertEquals(0, score(grader, start, "    return 1 / 0", "18"));
            assertEquals(0, score(grader, start, "    return None", "18"));
            assertEquals(0, score(grader, start, "    return [18]", "18"));
            assertEquals(0, score(grader, start, "    import no_such_module", "18"));
            assertInstanceOf(
                    Grade.None.class, grader.grade(Prompt.text("q", start, "many"), completion("    return 18")));
        }
        ProgramGrader letters = ProgramGrader.published(ReftData.MATHQA, runner);
        assertEquals(1, score(letters, start, "    return 'B'", "b"));
        assertEquals(0.1, score(letters, start, "    return 1 / 0", "b"));
        assertEquals(0, score(ProgramGrader.corrected(ReftData.MATHQA, runner), start, "    return 1 / 0", "b"));
        assertEquals(0, score(ProgramGrader.corrected(ReftData.SVAMP, runner), start, "    return float('nan')", "18"));
        assertEquals(
                0.1, score(ProgramGrader.published(ReftData.SVAMP, runner), start, "    return float('nan')", "18"));
        assertEquals(
                1,
                score(
                        ProgramGrader.corrected(ReftData.SVAMP, runner),
                        "Write solution().",
                        "So:\n```python\ndef solution():\n    a = 9\n\n    return 2 * a\n```",
                        "18"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"worker", "embedded"})
    void aModuleThatTheBackendLacksIsAFailure(String backend) throws Exception {
        ProgramRunner runner = runner(backend);
        ProgramGrader grader = ProgramGrader.published(ReftData.SVAMP, runner);
        String program = "def solution():\n    return sympy.Rational(36, 2)";
        String imports = "def solution():\n    import sympy\n    return sympy.Rational(36, 2)";
        for (String source : List.of(program, imports)) {
            if (grader.lacking().isEmpty()) {
                assertEquals(1, score(grader, "", source, "18"));
                assertEquals(List.of(), grader.validate(List.of(source)));
            } else {
                SandboxException lacks = assertThrows(SandboxException.class, () -> score(grader, "", source, "18"));
                assertTrue(String.valueOf(lacks.getMessage()).contains("'sympy'"), lacks.getMessage());
                assertTrue(grader.validate(List.of("def solution():\n    pass", source))
                        .get(0)
                        .contains("row 1: module 'sympy'"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"worker", "embedded"})
    void aDeadlineIsNoScore(String backend) throws Exception {
        ProgramRunner runner = runner(backend);
        ProgramGrader grader = ProgramGrader.published(ReftData.SVAMP, runner);
        long start = System.nanoTime();
        assertThrows(
                TimeoutException.class,
                () -> Deadline.in(Duration.ofMillis(500))
                        .call(() -> score(grader, "", "def solution():\n    while True: pass", "1")));
        assertTrue(System.nanoTime() - start < 3e9);
        ProgramGrader quick = new ProgramGrader(
                grader.rule(),
                grader.scores(),
                runner,
                ProgramLimits.DEFAULT.withTime(Duration.ofMillis(500)),
                List.of(),
                List.of());
        assertEquals(0, score(quick, "", "def solution():\n    while True: pass", "1"));
    }

    private static double score(ProgramGrader grader, String prompt, String text, String reference) throws Exception {
        Grade grade = grader.grade(Prompt.text("q", prompt, reference), completion(text));
        return assertInstanceOf(Grade.Score.class, grade).value();
    }

    private static Completion completion(String text) {
        return new Completion("q", 0, List.of(), text, Finish.END);
    }
}
