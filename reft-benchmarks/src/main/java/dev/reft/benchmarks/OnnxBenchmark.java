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
import dev.reft.torch.MatmulPrecision;
import dev.reft.torch.TorchProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Tokens per second of generation and scoring, ONNX Runtime against libtorch, on the same weights in fp32. Both models are open
 * and take turns at each load, so that what else the machine does falls on both; a line has both medians and the median of the
 * rounds' ratios.
 *
 * <p>Usage: {@code OnnxBenchmark MODEL GRAPH [--threads=N] [--rounds=N] [--highest] [--device=cuda:0]}. MODEL is a directory or a
 * GGUF file; its graph is written to the directory GRAPH if that does not exist. {@code --highest} sends libtorch's products
 * to OpenBLAS instead of oneDNN.
 */
public final class OnnxBenchmark {
    private final LanguageModel torch;
    private final LanguageModel onnx;
    private final int rounds;

    private OnnxBenchmark(LanguageModel torch, LanguageModel onnx, int rounds) {
        this.torch = torch;
        this.onnx = onnx;
        this.rounds = rounds;
    }

    /**
     * Runs the comparison.
     *
     * @param args see the class
     * @throws IOException if the graph cannot be written
     */
    public static void main(String[] args) throws IOException {
        int threads = 1;
        int rounds = 5;
        String device = "cpu";
        List<ProviderOption> options = new ArrayList<>();
        for (String arg : List.of(args).subList(2, args.length)) {
            if (arg.startsWith("--threads=")) {
                threads = Integer.parseInt(arg.substring("--threads=".length()));
            } else if (arg.startsWith("--rounds=")) {
                rounds = Integer.parseInt(arg.substring("--rounds=".length()));
            } else if (arg.startsWith("--device=")) {
                device = arg.substring("--device=".length());
            } else if (arg.equals("--highest")) {
                options.add(MatmulPrecision.HIGHEST);
            } else {
                throw new IllegalArgumentException("no option is called " + arg);
            }
        }
        Path graph = Path.of(args[1]);
        if (Files.notExists(graph)) {
            OnnxExport.write(Path.of(args[0]), graph);
        }
        options.add(new dev.reft.torch.Threads(threads));
        try (LanguageModel torch = open(new TorchProvider(), args[0], device, options);
                LanguageModel onnx =
                        open(new OnnxProvider(), args[1], device, List.of(new dev.reft.onnx.Threads(threads)))) {
            new OnnxBenchmark(torch, onnx, rounds).run();
        }
    }

    private static LanguageModel open(
            ModelProvider provider, String path, String device, List<ProviderOption> options) {
        return (LanguageModel) provider.open(new ModelSpec(path, device, Precision.FP32, options));
    }

    private void run() {
        TokenBatch batch = Loads.batch(torch.info());
        compare("score 8x128", model -> {
            model.score(batch, Set.of(Output.LOG_PROB));
            return 1024;
        });
        for (int rows : new int[] {1, 8, 32}) {
            compare("generate B=" + rows, model -> Loads.generate(model, rows));
        }
        compare("rollout 8x4 ragged", Loads::rollout);
        compare("groups 8x4x64 shared prompts", Loads::groups);
    }

    /** A load that tells how many tokens it made. */
    @FunctionalInterface
    private interface Load {
        int run(LanguageModel model);
    }

    /** One turn of each that is not counted, then turns in pairs. */
    private void compare(String name, Load load) {
        load.run(torch);
        load.run(onnx);
        double[] first = new double[rounds];
        double[] second = new double[rounds];
        double[] ratios = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            first[i] = perSecond(torch, load);
            second[i] = perSecond(onnx, load);
            ratios[i] = second[i] / first[i];
        }
        print(
                "%s: libtorch %.0f tok/s, ONNX Runtime %.0f tok/s, ratio %.2f (%.2f to %.2f in %d rounds)",
                name,
                Timing.median(first),
                Timing.median(second),
                Timing.median(ratios),
                Arrays.stream(ratios).min().orElseThrow(),
                Arrays.stream(ratios).max().orElseThrow(),
                rounds);
    }

    private static double perSecond(LanguageModel model, Load load) {
        long start = System.nanoTime();
        int tokens = load.run(model);
        return tokens / ((System.nanoTime() - start) / 1e9);
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
        System.out.flush();
    }
}
