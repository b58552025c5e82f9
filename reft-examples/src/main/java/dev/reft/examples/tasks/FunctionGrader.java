package dev.reft.examples.tasks;

import dev.reft.generation.Completion;
import dev.reft.graders.programs.ProgramLimits;
import dev.reft.graders.programs.ProgramOutcome;
import dev.reft.graders.programs.ProgramRunner;
import dev.reft.graders.programs.ProgramTask;
import dev.reft.graders.programs.SandboxException;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Grades a function of one number by its values for 0 to 9: the share of these tests that it passes. All tests of a function are one run
 * in the sandbox, and what a text prints there is remembered, as policies write the same functions again and again. Expected values, the
 * prompt's reference, stay in the JVM.
 */
final class FunctionGrader implements Grader, AutoCloseable {
    /** What an answer begins with. */
    static final String HEAD = "lambda x : ";

    /** Arguments from 0 that a function is tested with. */
    static final int TESTS = 10;

    /** The longest answer that is run, in chars. */
    static final int LONGEST = 200;

    private static final int REMEMBERED = 100_000;
    private static final ProgramLimits LIMITS = ProgramLimits.DEFAULT.withTime(Duration.ofSeconds(2));

    private final ProgramRunner runner;
    private final Map<String, List<String>> outputs = new ConcurrentHashMap<>();
    private final AtomicLong runs = new AtomicLong();

    /** @param runner closed with this */
    FunctionGrader(ProgramRunner runner) {
        this.runner = runner;
    }

    @Override
    public Grade grade(Prompt prompt, Completion completion)
            throws SandboxException, InterruptedException, TimeoutException {
        List<String> expected = List.of(prompt.reference().split(" ", -1));
        if (expected.size() != TESTS) {
            throw new IllegalArgumentException("prompt '" + prompt.id() + "': the reference '" + prompt.reference()
                    + "' has not " + TESTS + " values");
        }
        String text = completion.text().strip();
        boolean function = WholeAnswers.isWhole(completion)
                && text.startsWith(HEAD)
                && text.length() <= LONGEST
                && text.chars().allMatch(c -> c >= ' ' && c <= '~');
        List<String> values = function ? outputs(text) : List.of();
        int passed = 0;
        for (int i = 0; i < TESTS && values.size() == TESTS; i++) {
            passed += values.get(i).equals(expected.get(i)) ? 1 : 0;
        }
        double runsThrough = values.size() == TESTS ? 1 : 0;
        return new Grade.Score(
                (double) passed / TESTS,
                Map.of("runs", runsThrough),
                List.of(),
                text,
                passed + " of " + TESTS + " tests passed");
    }

    /** What the function prints, a line a test; empty if it does not run to its end. */
    private List<String> outputs(String text) throws SandboxException, InterruptedException, TimeoutException {
        List<String> known = outputs.get(text);
        if (known != null) {
            return known;
        }
        Deadline.current().check();
        runs.incrementAndGet();
        String source = "f = " + text + "\nfor x in range(" + TESTS + "):\n    print(f(x))\n";
        ProgramOutcome outcome = runner.run(new ProgramTask.Script(source, ""), LIMITS);
        if (outcome instanceof ProgramOutcome.Stopped) {
            Deadline.current().check(); // cut short by the grading's deadline, it was not judged
        }
        List<String> lines = outcome instanceof ProgramOutcome.Completed completed
                ? completed.output().lines().toList()
                : List.of();
        if (outputs.size() < REMEMBERED) {
            outputs.put(text, lines);
        }
        return lines;
    }

    /** How many functions were run so far; the others were remembered. */
    long runs() {
        return runs.get();
    }

    @Override
    public void close() {
        runner.close();
    }
}
