package dev.reft.sandbox;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reft.graders.programs.ProgramRunner;
import dev.reft.graders.programs.ProgramRunners;
import dev.reft.graders.programs.RunnerSpec;
import dev.reft.graders.programs.SandboxException;
import java.util.concurrent.TimeUnit;

/** The backends that tests share, as opening one takes seconds. */
final class Backends {
    private static ProgramRunner embedded;
    private static ProgramRunner worker;

    private Backends() {}

    static synchronized ProgramRunner embedded() throws SandboxException {
        if (embedded == null) {
            embedded = ProgramRunners.open(RunnerSpec.embedded());
        }
        return embedded;
    }

    static synchronized ProgramRunner worker() throws Exception {
        assumePython();
        if (worker == null) {
            worker = ProgramRunners.open(RunnerSpec.worker());
        }
        return worker;
    }

    /** Where there is no python3 there is no worker; where there is one, a worker that refuses is an error. */
    static void assumePython() throws Exception {
        boolean there;
        try {
            Process process = new ProcessBuilder("python3", "-c", "")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            there = process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (java.io.IOException e) {
            there = false;
        }
        assumeTrue(there, "no python3 here: the worker backend is not tested");
    }
}
