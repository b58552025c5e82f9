package dev.reft.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.graders.programs.ProgramLimits;
import dev.reft.graders.programs.ProgramOutcome;
import dev.reft.graders.programs.ProgramRunners;
import dev.reft.graders.programs.ProgramTask;
import dev.reft.graders.programs.RunnerSpec;
import dev.reft.graders.programs.SandboxException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The worker refuses to run without its protections, and nothing of it outlives its task, its runner or its JVM. */
class WorkerProcessTest {
    private static final RunnerSpec ONE = RunnerSpec.worker().withParallel(1);
    private static final ProgramTask ENDLESS = new ProgramTask.Script("while True: pass", "");

    @BeforeEach
    void python() throws Exception {
        Backends.assumePython();
    }

    @ParameterizedTest
    @CsvSource({"landlock, read a file", "seccomp, open a socket", "memory, allocate past its limit"})
    void refusesWithoutAProtection(String without, String found) {
        SandboxException refused = assertThrows(SandboxException.class, () -> WorkerRunner.open(ONE, without));
        assertTrue(String.valueOf(refused.getMessage()).contains(found), refused.getMessage());
    }

    @Test
    void namespacesAreOneMoreWallOnly() throws Exception {
        try (WorkerRunner runner = WorkerRunner.open(ONE, "namespaces")) {
            assertEquals("not allowed here", runner.report().protections().get("namespaces"));
            assertTrue(
                    runner.report().toString().contains("landlock version"),
                    runner.report().toString());
        }
    }

    @Test
    void namesAnInterpreterThatIsNotThere() {
        SandboxException missing =
                assertThrows(SandboxException.class, () -> ProgramRunners.open(ONE.withPython("no-such-python")));
        assertTrue(String.valueOf(missing.getMessage()).contains("no-such-python"), missing.getMessage());
    }

    @Test
    void nothingOutlivesItsTaskOrItsRunner() throws Exception {
        WorkerRunner runner = WorkerRunner.open(ONE, "");
        List<ProcessHandle> all = new ArrayList<>();
        try {
            long before = alive(runner).size();
            runner.run(ENDLESS, RunnerContract.LIMITS.withTime(Duration.ofMillis(500)));
            assertEquals(before, alive(runner).size());
            all.addAll(alive(runner));
        } finally {
            runner.close();
        }
        assertGone(all);
        assertThrows(IllegalStateException.class, () -> runner.run(ENDLESS, RunnerContract.LIMITS));
    }

    @Test
    void aWorkerThatDiedIsReplaced() throws Exception {
        try (WorkerRunner runner = WorkerRunner.open(ONE, "")) {
            List<ProcessHandle> first = alive(runner);
            first.forEach(ProcessHandle::destroyForcibly);
            assertGone(first);
            ProgramTask good = new ProgramTask.Script("print(1)", "");
            assertInstanceOf(ProgramOutcome.Completed.class, runner.run(good, RunnerContract.LIMITS));
            Thread killer = new Thread(() -> {
                // A child of a worker is a program that runs.
                while (alive(runner).size() <= runner.pids().size()) {
                    Thread.onSpinWait();
                }
                alive(runner).forEach(ProcessHandle::destroyForcibly);
            });
            killer.start();
            assertThrows(SandboxException.class, () -> runner.run(ENDLESS, RunnerContract.LIMITS));
            killer.join();
            assertInstanceOf(ProgramOutcome.Completed.class, runner.run(good, RunnerContract.LIMITS));
        }
    }

    @Test
    void nothingOutlivesAKilledJvm() throws Exception {
        Process victim = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<ProcessHandle> all;
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(victim.getInputStream(), StandardCharsets.UTF_8))) {
            assertEquals("running", out.readLine());
            all = victim.descendants().toList();
            assertTrue(all.size() >= 2, all.size() + " processes of the victim");
        } finally {
            victim.destroyForcibly();
        }
        assertTrue(victim.waitFor(10, TimeUnit.SECONDS));
        assertGone(all);
    }

    private static List<ProcessHandle> alive(WorkerRunner runner) {
        List<ProcessHandle> all = new ArrayList<>();
        for (long pid : runner.pids()) {
            ProcessHandle.of(pid).ifPresent(handle -> {
                all.add(handle);
                handle.descendants().forEach(all::add);
            });
        }
        return all;
    }

    private static void assertGone(List<ProcessHandle> all) throws Exception {
        CompletableFuture<?>[] ends = all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(ends).get(5, TimeUnit.SECONDS);
    }

    /** Runs an endless program until it is killed. */
    static final class Victim {
        private Victim() {}

        public static void main(String[] args) throws Exception {
            WorkerRunner runner = WorkerRunner.open(ONE, "");
            new Thread(() -> {
                        while (alive(runner).size() <= runner.pids().size()) {
                            Thread.onSpinWait();
                        }
                        System.out.println("running");
                    })
                    .start();
            runner.run(ENDLESS, new ProgramLimits(Duration.ofMinutes(5), 64L << 20, 1 << 16));
        }
    }
}
