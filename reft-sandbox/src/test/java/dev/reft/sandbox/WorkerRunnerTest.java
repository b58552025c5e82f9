package dev.reft.sandbox;

import dev.reft.graders.programs.ProgramRunner;

class WorkerRunnerTest extends RunnerContract {
    @Override
    ProgramRunner runner() throws Exception {
        return Backends.worker();
    }
}
