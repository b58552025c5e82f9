package dev.reft.sandbox;

import dev.reft.graders.programs.ProgramRunner;

class EmbeddedRunnerTest extends RunnerContract {
    @Override
    ProgramRunner runner() throws Exception {
        return Backends.embedded();
    }
}
