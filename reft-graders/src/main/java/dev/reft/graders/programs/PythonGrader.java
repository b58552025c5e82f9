package dev.reft.graders.programs;

import dev.reft.grading.Deadline;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * OpenAI's {@code python} grader: the user's {@code grade(sample, item)} runs in a sandbox and returns the reward. The
 * source is the user's, the sample the model's; both stay in the sandbox.
 *
 * @param source defines {@code grade} with exactly two arguments; less than {@value #MAX_BYTES} bytes of UTF-8
 * @param runner where it runs; not closed by the grader
 * @param limits by default {@link ProgramLimits#OPENAI}
 */
public record PythonGrader(String source, ProgramRunner runner, ProgramLimits limits) {
    /** The size that a source must stay below: {@value}. */
    public static final int MAX_BYTES = 256 * 1024;

    /** The name of the function. */
    public static final String FUNCTION = "grade";

    /**
     * Checks the size.
     *
     * @throws IllegalArgumentException if the source is too long
     */
    public PythonGrader {
        int bytes = source.getBytes(StandardCharsets.UTF_8).length;
        if (bytes >= MAX_BYTES) {
            throw new IllegalArgumentException(
                    "source of the python grader has " + bytes + " bytes; it must have less than " + MAX_BYTES);
        }
    }

    /**
     * A grader within OpenAI's limits.
     *
     * @param source defines {@code grade(sample, item)}
     * @param runner where it runs; not closed by the grader
     */
    public PythonGrader(String source, ProgramRunner runner) {
        this(source, runner, ProgramLimits.OPENAI);
    }

    /** What a grading came to. The type grows; callers keep a default branch. */
    public sealed interface Result {
        /**
         * A reward.
         *
         * @param value finite, not clamped
         */
        record Reward(double value) implements Result {}

        /**
         * OpenAI's {@code python_grader_runtime_error}: the function raised, ran past a limit, or returned no finite number.
         *
         * @param details what happened, with Python's traceback where there is one
         */
        record RuntimeError(String details) implements Result {}
    }

    /**
     * Grades a sample.
     *
     * @param sample a JSON object
     * @param item a JSON object
     * @return the reward, or the function's error
     * @throws SandboxException if the sandbox failed: OpenAI's {@code python_grader_server_error}
     * @throws InterruptedException if the thread was interrupted
     * @throws TimeoutException if {@link Deadline#current()} passed before the grader's own limit
     */
    public Result grade(String sample, String item) throws SandboxException, InterruptedException, TimeoutException {
        ProgramTask task = new ProgramTask.Call(source, FUNCTION, List.of(sample, item));
        return result(Runs.run(runner, task, limits));
    }

    /**
     * What an outcome means. Integers and floats that are finite are rewards; booleans, texts, NaN and infinities are not.
     *
     * @param outcome of a call of the function
     * @return the reward, or the function's error
     */
    public static Result result(ProgramOutcome outcome) {
        if (outcome instanceof ProgramOutcome.Completed completed) {
            PythonValue value = completed.value();
            boolean number = value.kind() == PythonValue.Kind.INTEGER || value.kind() == PythonValue.Kind.REAL;
            double reward = number ? value.number().orElse(Double.NaN) : Double.NaN;
            return Double.isFinite(reward)
                    ? new Result.Reward(reward)
                    : new Result.RuntimeError(
                            "grade returned " + Runs.excerpt(value.text()) + ", which is not a finite number");
        }
        return new Result.RuntimeError(Runs.why(outcome));
    }

    /**
     * Looks for what would fail at every sample, without running anything.
     *
     * @return the problems, each one sentence; empty if none was found
     * @throws SandboxException if the sandbox failed
     * @throws InterruptedException if the thread was interrupted
     */
    public List<String> validate() throws SandboxException, InterruptedException {
        ProgramInspection inspection = runner.inspect(source);
        if (!inspection.syntaxError().isEmpty()) {
            return List.of("source does not compile: " + inspection.syntaxError());
        }
        List<String> problems = new ArrayList<>();
        ProgramInspection.Arity arity = inspection.functions().get(FUNCTION);
        if (arity == null) {
            problems.add("source defines no function " + FUNCTION + "(sample, item)");
        } else if (arity.least() != 2 || arity.most() != 2 || arity.keywords() != 0) {
            problems.add("function " + FUNCTION + " does not take exactly two arguments");
        }
        for (String module : runner.missing(inspection.modules())) {
            problems.add("module '" + module + "' is not in the backend "
                    + runner.report().backend());
        }
        return problems;
    }
}
