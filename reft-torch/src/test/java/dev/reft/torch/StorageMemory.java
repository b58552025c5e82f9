package dev.reft.torch;

import dev.reft.model.Adapter;
import dev.reft.model.ForwardPass;
import dev.reft.model.MemoryLoad;
import dev.reft.model.ModelSpec;
import dev.reft.model.Models;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.ProviderOption;
import dev.reft.model.Row;
import dev.reft.model.Slopes;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A process that trains an adapter for one step and tells its resident memory: arguments are a model and a storage. */
final class StorageMemory {
    private StorageMemory() {}

    public static void main(String[] arguments) throws IOException {
        List<ProviderOption> options = new ArrayList<>(List.of(new Threads(1), new TokensPerPass(1024)));
        options.add(arguments[1].equals("whole") ? new GradientCheckpointing() : BaseStorage.valueOf(arguments[1]));
        ModelSpec spec = new ModelSpec(arguments[0], "cpu", Precision.FP32, options);
        Training training = PeftParityTest.training(new Adapter.Lora(16, 32, List.of("all-linear")));
        int[] ids = new int[128];
        Arrays.setAll(ids, i -> 300 + i * 37 % 5000);
        int[] scored = new int[127];
        Arrays.setAll(scored, i -> i + 1);
        float[] slopes = new float[127];
        Arrays.fill(slopes, -0.01f);
        TokenBatch batch = TokenBatch.of(Collections.nCopies(4, new Row(ids, scored, 1f)));
        long began = status("VmRSS");
        try (Policy policy = new TorchProvider().openPolicy(spec, training)) {
            System.gc();
            long open = status("VmRSS");
            long start = System.nanoTime();
            double sum = 0;
            for (int step = 0; step < 2; step++) {
                try (ForwardPass pass = policy.forward(batch, Set.of(Output.LOG_PROB))) {
                    for (float one : pass.scores().logProbs()[0]) {
                        sum += one / 127 / 2;
                    }
                    pass.backward(new Slopes(Map.of(
                            Output.LOG_PROB, Collections.nCopies(4, slopes).toArray(new float[0][]))));
                }
                policy.step(new StepSize(1e-4, 0, 1));
            }
            System.out.printf(
                    "%s: open %d MB, after two steps %d MB, %.1f s a step, mean log-probability %.4f, estimated weights %d MB%n",
                    arguments[1],
                    open - began >> 20,
                    status("VmRSS") - began >> 20,
                    (System.nanoTime() - start) / 2e9,
                    sum,
                    Models.estimate(spec, training, new MemoryLoad(128, 512, 0, false))
                                    .orElseThrow()
                                    .weights()
                            >> 20);
        }
    }

    private static long status(String field) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }
}
