package dev.reft.graders.programs;

/**
 * Opens runners of one backend; found by {@link java.util.ServiceLoader}. A public class with a public constructor
 * without arguments.
 */
public interface ProgramRunnerProvider {
    /**
     * Which backend this opens.
     *
     * @return the backend
     */
    Backend backend();

    /**
     * Opens a runner, after probing every protection it promises.
     *
     * @param spec of this provider's backend
     * @return the runner; the caller closes it
     * @throws SandboxException if it cannot run here, or a protection is missing: it never runs without one
     */
    ProgramRunner open(RunnerSpec spec) throws SandboxException;
}
