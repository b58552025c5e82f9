package dev.reft.graders.programs;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** Finds runners. */
public final class ProgramRunners {
    private ProgramRunners() {}

    /**
     * Opens a runner by the first provider of its backend: this class's loader first, then the thread's context loader.
     *
     * @param spec which runner
     * @return the runner; the caller closes it
     * @throws SandboxException if no provider offers the backend, or it cannot run here; the message says what to add
     */
    public static ProgramRunner open(RunnerSpec spec) throws SandboxException {
        List<String> found = new ArrayList<>();
        for (ClassLoader loader : new ClassLoader[] {
            ProgramRunners.class.getClassLoader(), Thread.currentThread().getContextClassLoader()
        }) {
            for (ProgramRunnerProvider provider : ServiceLoader.load(ProgramRunnerProvider.class, loader)) {
                if (provider.backend() == spec.backend()) {
                    return provider.open(spec);
                }
                found.add(provider.getClass().getName() + " (" + provider.backend() + ")");
            }
        }
        throw new SandboxException("nothing runs programs on the backend " + spec.backend() + "; found: "
                + (found.isEmpty() ? "no provider" : String.join(", ", found))
                + ". Add the dependency dev.reft:reft-sandbox");
    }
}
