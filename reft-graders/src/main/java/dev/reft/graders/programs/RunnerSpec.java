package dev.reft.graders.programs;

/**
 * Which runner to open.
 *
 * @param backend the kind
 * @param parallel how many tasks run at once, from 1 to 256
 * @param python for {@link Backend#WORKER} the command of the interpreter, else not used
 */
public record RunnerSpec(Backend backend, int parallel, String python) {
    /** The command that is tried if none is named. */
    public static final String PYTHON = "python3";

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException naming the value
     */
    public RunnerSpec {
        if (parallel < 1 || parallel > 256) {
            throw new IllegalArgumentException("parallel " + parallel + " is not between 1 and 256");
        }
        if (python.isBlank()) {
            throw new IllegalArgumentException("the command of the interpreter is '" + python + "'");
        }
    }

    /**
     * Python within the JVM, two programs at once.
     *
     * @return the specification
     */
    public static RunnerSpec embedded() {
        return new RunnerSpec(Backend.EMBEDDED, 2, PYTHON);
    }

    /**
     * The system's {@code python3} in a confined worker, two programs at once.
     *
     * @return the specification
     */
    public static RunnerSpec worker() {
        return new RunnerSpec(Backend.WORKER, 2, PYTHON);
    }

    /**
     * The same with another parallelism.
     *
     * @param count how many tasks run at once, from 1 to 256
     * @return a new specification
     */
    public RunnerSpec withParallel(int count) {
        return new RunnerSpec(backend, count, python);
    }

    /**
     * The same with another interpreter.
     *
     * @param command a name on the path, or an absolute path
     * @return a new specification
     */
    public RunnerSpec withPython(String command) {
        return new RunnerSpec(backend, parallel, command);
    }
}
