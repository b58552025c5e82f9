package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.reft.model.ModelSpec;
import dev.reft.model.Models;
import dev.reft.model.Output;
import dev.reft.model.Precision;
import dev.reft.model.Row;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A process that is told to end while it computes ends by the signal, not by a crash in native code. */
class ShutdownTest {
    private static final int TERMINATED = 128 + 15;

    @Test
    @EnabledOnOs(OS.LINUX)
    void terminationWhileComputingIsNoCrash() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:ErrorFile=/dev/null",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Computing.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        // An interrupt ends no read from a pipe; the end of the process that writes to it does.
        CompletableFuture.delayedExecutor(60, TimeUnit.SECONDS).execute(process::destroyForcibly);
        try (BufferedReader out = process.inputReader()) {
            for (int pass = 0; pass < 50; pass++) {
                assertEquals("pass", out.readLine());
            }
            process.toHandle().destroy(); // by the handle: destroy() of the process would close its output
            String line = out.readLine();
            while ("pass".equals(line)) {
                line = out.readLine();
            }
            assertEquals("refused", line); // the hook is there, and lets nothing new begin
            process.waitFor();
            assertEquals(TERMINATED, process.exitValue());
        } finally {
            process.destroyForcibly();
        }
    }

    /** Scores for ever and says so; at the end scores on in a hook of its own, until it is refused. */
    static final class Computing {
        private Computing() {}

        public static void main(String[] args) {
            ModelSpec spec = Tiny.llama(Precision.FP32);
            int[] prompt = {1};
            TokenBatch batch = TokenBatch.of(Collections.nCopies(64, Row.of(prompt, new int[20])));
            Scorer scorer = Models.open(spec, Scorer.class); // never closed: either thread may be refused first
            Runtime.getRuntime().addShutdownHook(new Thread(() -> untilRefused(scorer, batch)));
            while (!System.out.checkError()) {
                scorer.score(batch, Set.of(Output.LOG_PROB));
                System.out.println("pass");
            }
        }

        private static void untilRefused(Scorer scorer, TokenBatch batch) {
            String message = "";
            while (!message.contains("shutting down")) {
                try {
                    scorer.score(batch, Set.of(Output.LOG_PROB));
                } catch (IllegalStateException e) {
                    message = String.valueOf(e.getMessage());
                }
            }
            System.out.println("refused");
        }
    }
}
