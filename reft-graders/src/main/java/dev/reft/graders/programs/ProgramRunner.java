package dev.reft.graders.programs;

import java.util.List;

/**
 * Runs untrusted Python, each program from a clean state, within limits. Called from several threads at once; calls
 * beyond its parallelism wait for their turn, which does not count as the program's time.
 */
public interface ProgramRunner extends AutoCloseable {
    /**
     * What runs the programs and what holds them.
     *
     * @return the backend and each of its protections, as probed when it was opened
     */
    SandboxReport report();

    /**
     * Runs one task. What the candidate does wrong is an outcome; what is wrong with the sandbox is thrown. No task runs
     * past {@link dev.reft.grading.Deadline#current()}: one that it cuts short is {@link ProgramOutcome.Stopped} with less
     * than its limit taken.
     *
     * @param task what to run
     * @param limits time, memory and output
     * @return what came of it; untrusted
     * @throws SandboxException if the sandbox itself failed, so that nothing is known about the program
     * @throws InterruptedException if the thread was interrupted; the program has been stopped
     */
    ProgramOutcome run(ProgramTask task, ProgramLimits limits) throws SandboxException, InterruptedException;

    /**
     * Looks at a program without running it, in the sandbox.
     *
     * @param source Python
     * @return its syntax error, imports and top-level functions
     * @throws SandboxException if the sandbox itself failed
     * @throws InterruptedException if the thread was interrupted
     */
    ProgramInspection inspect(String source) throws SandboxException, InterruptedException;

    /**
     * Which of these modules cannot be imported here.
     *
     * @param modules top-level names, such as {@code sympy}
     * @return the missing ones, in the order given
     * @throws SandboxException if the sandbox itself failed
     * @throws InterruptedException if the thread was interrupted
     */
    List<String> missing(List<String> modules) throws SandboxException, InterruptedException;

    /** Ends the backend and everything it started; later calls throw {@link IllegalStateException}. */
    @Override
    void close();
}
