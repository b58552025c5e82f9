package dev.reft.graders.programs;

import dev.reft.generation.Completion;
import dev.reft.graders.InTime;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * Grades a program by tests: the prompt's attribute {@value #TESTS}, a list of assertions or of inputs and outputs
 * ({@link CodeTest#read}). The program is the completion's last code block, or all of it. Each test runs in a fresh
 * sandbox. The program never shares an interpreter with an assertion, and never sees an expected output, so a pass cannot
 * be forged: see {@link ProgramTask.Check}.
 *
 * @param runner where programs run; not closed by the grader
 * @param limits of each test
 * @param scoring what the results are worth
 * @param outputs when an output is the expected one
 * @param refused words that a program may not contain: it then fails every test without being run. Empty by default, as
 *     the sandbox does not need it
 */
public record CodeGrader(
        ProgramRunner runner, ProgramLimits limits, CodeScoring scoring, OutputRule outputs, List<String> refused)
        implements Grader {
    /** The prompt's attribute with the tests. */
    public static final String TESTS = "tests";

    /** The words that allenai/open-instruct refuses programs for. */
    public static final List<String> OPEN_INSTRUCT_WORDS = List.of(
            "threading",
            "multiprocess",
            "import os",
            "from os",
            "shutil",
            "import torch",
            "from torch",
            "import sklearn",
            "from sklearn");

    /** The most tests that are run: {@value}. */
    public static final int MAX_TESTS = 1000;

    /** Copies the list. */
    public CodeGrader {
        refused = List.copyOf(refused);
    }

    /**
     * The share of tests that pass, outputs compared word by word.
     *
     * @param runner where programs run; not closed by the grader
     * @return the grader
     */
    public static CodeGrader passRate(ProgramRunner runner) {
        return new CodeGrader(
                runner, ProgramLimits.DEFAULT, new CodeScoring.PassRate(0, false), OutputRule.TOLERANT, List.of());
    }

    /**
     * 1 if all tests pass, else 0.
     *
     * @param runner where programs run; not closed by the grader
     * @return the grader
     */
    public static CodeGrader allOrNothing(ProgramRunner runner) {
        return passRate(runner).withScoring(new CodeScoring.AllOrNothing());
    }

    /**
     * The same with another scoring.
     *
     * @param other what the results are worth
     * @return a new grader
     */
    public CodeGrader withScoring(CodeScoring other) {
        return new CodeGrader(runner, limits, other, outputs, refused);
    }

    /**
     * The same with other limits.
     *
     * @param other of each test
     * @return a new grader
     */
    public CodeGrader withLimits(ProgramLimits other) {
        return new CodeGrader(runner, other, scoring, outputs, refused);
    }

    /**
     * The same, refusing programs that contain a word.
     *
     * @param words such as {@link #OPEN_INSTRUCT_WORDS}
     * @return a new grader
     */
    public CodeGrader refusing(List<String> words) {
        return new CodeGrader(runner, limits, scoring, outputs, words);
    }

    @Override
    public Grade grade(Prompt prompt, Completion completion)
            throws SandboxException, InterruptedException, TimeoutException {
        Object given = prompt.attributes().get(TESTS);
        if (given == null) {
            throw new IllegalArgumentException("prompt '" + prompt.id() + "' has no attribute '" + TESTS + "'");
        }
        List<CodeTest> tests = CodeTest.read(given);
        if (tests.size() > MAX_TESTS) {
            throw new IllegalArgumentException(
                    "prompt '" + prompt.id() + "' has " + tests.size() + " tests, more than " + MAX_TESTS);
        }
        if (tests.isEmpty()) {
            return Grade.none("prompt '" + prompt.id() + "' has no tests");
        }
        String program = CodeBlock.last(completion.text());
        List<String> failures = new ArrayList<>();
        List<CodeScoring.Result> results = results(program, tests, failures);
        double rate = CodeScoring.rate(results);
        String explanation = Math.round(rate * tests.size()) + " of " + tests.size() + " tests passed"
                + (failures.isEmpty() ? "" : "; " + failures.get(0));
        return new Grade.Score(
                scoring.score(results, limits.time()), Map.of("passed", rate), List.of(), program, explanation);
    }

    /**
     * Runs a program's tests.
     *
     * @param program Python
     * @param tests in order
     * @return one result a test
     * @throws SandboxException if the sandbox failed
     * @throws InterruptedException if the thread was interrupted
     * @throws TimeoutException if the grading's deadline passed before a test's own limit, and no test before it had reached its own:
     *     after one that had, tests without time left have not passed
     */
    public List<CodeScoring.Result> results(String program, List<CodeTest> tests)
            throws SandboxException, InterruptedException, TimeoutException {
        return results(program, tests, new ArrayList<>());
    }

    private List<CodeScoring.Result> results(String program, List<CodeTest> tests, List<String> failures)
            throws SandboxException, InterruptedException, TimeoutException {
        List<CodeScoring.Result> results = new ArrayList<>();
        for (String word : refused) {
            if (program.contains(word)) {
                failures.add("the program contains '" + word + "'");
                tests.forEach(test -> results.add(new CodeScoring.Result(false, Duration.ZERO)));
                return results;
            }
        }
        boolean hung = false;
        for (CodeTest test : tests) {
            ProgramOutcome outcome;
            try {
                outcome = Runs.run(runner, task(program, test), limits);
            } catch (TimeoutException e) {
                if (!hung) {
                    throw e;
                }
                // The program itself used the time up: were this a failure, endless loops would go unpunished.
                failures.add(
                        "test " + results.size() + " and later: no time left after tests that reached their limit");
                while (results.size() < tests.size()) {
                    results.add(new CodeScoring.Result(false, limits.time()));
                }
                return results;
            }
            hung |= outcome instanceof ProgramOutcome.Stopped stopped && stopped.limit() == ProgramOutcome.Limit.TIME;
            boolean passed = outcome instanceof ProgramOutcome.Completed completed
                    && (!(test instanceof CodeTest.Exchange exchange)
                            || InTime.get(() -> outputs.accepts(completed.output(), exchange.output())));
            if (!passed) {
                failures.add("test " + results.size() + ": "
                        + (outcome instanceof ProgramOutcome.Completed completed
                                ? "wrote " + Runs.excerpt(completed.output())
                                : Runs.why(outcome)));
            }
            results.add(new CodeScoring.Result(passed, outcome.took()));
        }
        return results;
    }

    private static ProgramTask task(String program, CodeTest test) {
        if (test instanceof CodeTest.Assertion assertion) {
            return new ProgramTask.Check(program, assertion.code());
        }
        return new ProgramTask.Script(program, ((CodeTest.Exchange) test).input());
    }
}
