package dev.reft.sandbox;

import dev.reft.graders.programs.Backend;
import dev.reft.graders.programs.ProgramRunner;
import dev.reft.graders.programs.ProgramRunnerProvider;
import dev.reft.graders.programs.RunnerSpec;
import dev.reft.graders.programs.SandboxException;

/**
 * Opens interpreters within the JVM: CPython 3.13 compiled to WebAssembly, translated to bytecode. It needs nothing
 * installed and has the standard library without what needs processes, threads, sockets or C libraries; no sympy and no
 * numpy. Arithmetic in a loop is some fifty times slower than in a native interpreter. The first opening in a JVM takes
 * seconds, and each interpreter some 60 MB of heap.
 */
public final class EmbeddedProvider implements ProgramRunnerProvider {
    /** For {@code ServiceLoader}. */
    public EmbeddedProvider() {}

    @Override
    public Backend backend() {
        return Backend.EMBEDDED;
    }

    @Override
    public ProgramRunner open(RunnerSpec spec) throws SandboxException {
        return EmbeddedRunner.open(spec);
    }
}
