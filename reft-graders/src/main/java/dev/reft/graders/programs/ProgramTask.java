package dev.reft.graders.programs;

import java.util.List;

/** Something to run in a sandbox. Nothing in it may tell the expected answer. The type grows; callers keep a default branch. */
public sealed interface ProgramTask {
    /** The longest source, in characters, that is run: {@value}. Longer ones count as a crash of the program. */
    int MAX_SOURCE = 1 << 20;

    /**
     * Runs a program, then calls one of its functions: P-CoT's {@code solution()}, OpenAI's {@code grade(sample, item)}.
     *
     * @param source Python
     * @param function name of a top-level function of it
     * @param arguments each a JSON text; handed over as Python values
     */
    record Call(String source, String function, List<String> arguments) implements ProgramTask {
        /** Copies the list. */
        public Call {
            arguments = List.copyOf(arguments);
        }
    }

    /**
     * Runs a program as {@code __main__} on an input. It completes if it ends by itself without an exception, or by
     * {@code sys.exit} with a status of success.
     *
     * @param source Python
     * @param input its standard input
     */
    record Script(String source, String input) implements ProgramTask {}

    /**
     * Runs a program, and in another sandbox a test that uses its names. The program never shares an interpreter with the
     * test: what it returns reaches the test as plain values, so it cannot forge a pass by overriding an operator,
     * exiting early, printing a report, or changing the test's modules.
     *
     * @param source Python
     * @param test statements, such as {@code assert f(1) == 42}; passed if they end without an exception
     */
    record Check(String source, String test) implements ProgramTask {}
}
