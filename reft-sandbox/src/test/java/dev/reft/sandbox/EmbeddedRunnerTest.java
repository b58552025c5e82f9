package dev.reft.sandbox;

import dev.reft.graders.programs.ProgramRunner;
import dev.reft.graders.programs.ProgramRunners;
import dev.reft.graders.programs.RunnerSpec;

class EmbeddedRunnerTest extends RunnerContract {
    @Override
    ProgramRunner runner() throws Exception {
        return Backends.embedded();
    }
}
