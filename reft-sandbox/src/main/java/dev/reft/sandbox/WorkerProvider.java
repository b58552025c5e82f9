package dev.reft.sandbox;

import dev.reft.graders.programs.Backend;
import dev.reft.graders.programs.ProgramRunner;
import dev.reft.graders.programs.ProgramRunnerProvider;
import dev.reft.graders.programs.RunnerSpec;
import dev.reft.graders.programs.SandboxException;

/**
 * Opens workers: a process of the system's {@code python3} that forks a confined child for every program. Linux on x86-64
 * or aarch64, Python 3.9 or newer, and a kernel with Landlock (5.13); sympy is there if that Python has it.
 */
public final class WorkerProvider implements ProgramRunnerProvider {
    /** For {@code ServiceLoader}. */
    public WorkerProvider() {}

    @Override
    public Backend backend() {
        return Backend.WORKER;
    }

    @Override
    public ProgramRunner open(RunnerSpec spec) throws SandboxException {
        return WorkerRunner.open(spec, "");
    }
}
