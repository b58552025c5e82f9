package dev.reft.benchmarks;

import dev.reft.model.LanguageModel;
import dev.reft.model.ModelProvider;
import dev.reft.model.ModelSpec;
import dev.reft.model.Output;
import dev.reft.model.Precision;
import dev.reft.model.ProviderOption;
import dev.reft.model.TokenBatch;
import dev.reft.onnx.OnnxProvider;
import dev.reft.onnx.export.OnnxExport;
import dev.reft.torch.TorchProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Tokens per second of generation and scoring, ONNX Runtime against libtorch, on the same weights in fp32.
 *
 * <p>Usage: {@code OnnxBenchmark MODEL GRAPH [--threads=N] [--device=cuda:0]}. MODEL is a directory or a GGUF file; its graph is
 * written to the directory GRAPH if that does not exist.
 */
public final class OnnxBenchmark {
    private OnnxBenchmark() {}

    /**
     * Runs the comparison.
     *
     * @param args see the class
     * @throws IOException if the graph cannot be written
     */
    public static void main(String[] args) throws IOException {
        int threads = 1;
        String device = "cpu";
        for (String arg : List.of(args).subList(2, args.length)) {
            if (arg.startsWith("--threads=")) {
                threads = Integer.parseInt(arg.substring("--threads=".length()));
            } else if (arg.startsWith("--device=")) {
                device = arg.substring("--device=".length());
            } else {
                throw new IllegalArgumentException("no option is called " + arg);
            }
        }
        Path graph = Path.of(args[1]);
        if (Files.notExists(graph)) {
            OnnxExport.write(Path.of(args[0]), graph);
        }
        run(new TorchProvider(), args[0], device, new dev.reft.torch.Threads(threads));
        run(new OnnxProvider(), args[1], device, new dev.reft.onnx.Threads(threads));
    }

    private static void run(ModelProvider provider, String path, String device, ProviderOption threads) {
        ModelSpec spec = new ModelSpec(path, device, Precision.FP32, List.of(threads));
        try (LanguageModel model = (LanguageModel) provider.open(spec)) {
            TokenBatch batch = Loads.batch(model.info());
            print(
                    "%s score 8x128 %.0f tok/s",
                    provider.name(), 1024 / Timing.median(3, () -> model.score(batch, Set.of(Output.LOG_PROB))));
            for (int rows : new int[] {1, 8, 32}) {
                print(
                        "%s generate B=%d %.0f tok/s",
                        provider.name(), rows, perSecond(model, m -> Loads.generate(m, rows)));
            }
            print("%s rollout 8x4 ragged %.0f tok/s", provider.name(), perSecond(model, Loads::rollout));
            print("%s groups 8x4x64 shared prompts %.0f tok/s", provider.name(), perSecond(model, Loads::groups));
        }
    }

    /** A load that tells how many tokens it made. */
    @FunctionalInterface
    private interface Load {
        int run(LanguageModel model);
    }

    private static double perSecond(LanguageModel model, Load load) {
        int[] tokens = new int[1];
        double seconds = Timing.median(2, () -> tokens[0] = load.run(model));
        return tokens[0] / seconds;
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
        System.out.flush();
    }
}
