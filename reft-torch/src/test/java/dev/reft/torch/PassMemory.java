package dev.reft.torch;

import dev.reft.model.ForwardPass;
import dev.reft.model.ModelSpec;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.model.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** A process that opens a pass and writes by how many bytes it grew: a process that ran before would hold memory ready. */
final class PassMemory {
    static final int ROWS = 8;
    static final int LENGTH = 128;

    private PassMemory() {}

    public static void main(String[] arguments) throws IOException {
        ModelSpec spec =
                new ModelSpec(arguments[0], "cpu", Precision.FP32, List.of(new Threads(1), new RandomWeights(1)));
        TokenBatch batch = TokenBatch.of(Collections.nCopies(ROWS, Row.of(new int[LENGTH], new int[0])));
        try (Policy policy = new TorchProvider().openPolicy(spec, Training.full(1))) {
            // Warm up with little, so that code and buffers are not counted.
            policy.forward(batch.select(0), Set.of(Output.VALUE)).close();
            long before = resident();
            try (ForwardPass pass = policy.forward(batch, Set.of(Output.VALUE))) {
                long grown = resident() - before;
                if (pass.scores().values().length == ROWS) {
                    Files.writeString(Path.of(arguments[1]), Long.toString(grown));
                }
            }
        }
    }

    private static long resident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }
}
