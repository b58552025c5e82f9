package dev.reft.benchmarks;

import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import dev.reft.model.Adapter;
import dev.reft.model.ModelSpec;
import dev.reft.model.Models;
import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.ProviderOption;
import dev.reft.model.Replicas;
import dev.reft.model.TokenBatch;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.StepReport;
import dev.reft.torch.MatmulPrecision;
import dev.reft.torch.RandomWeights;
import dev.reft.torch.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Tokens per second of training, scoring and generation, and a PPO step by phase, beside the matmul rate of the same run.
 *
 * <p>Usage: {@code Benchmark MODEL [fp32] [bf16] [lora] [ppo] [boundary] [train-fp32] [train-bf16] [--highest|--medium] [--random] [--threads=N]
 * [--device=cuda:0]}. MODEL is a directory or a GGUF file; {@code --random} makes weights from its config.json alone.
 * The lines are those of {@code peer_bench.py}, so that {@code beside.sh} can pair them.
 */
public final class Benchmark {
    /** Steps that {@code train-...} counts, after two that it does not. */
    private static final int TRAINING_PASSES = 8;

    private final String model;
    private final String device;
    private final List<ProviderOption> options;
    private final String precision;

    private Benchmark(String model, String device, List<ProviderOption> options, String precision) {
        this.model = model;
        this.device = device;
        this.options = options;
        this.precision = precision;
    }

    /**
     * Runs what the arguments name.
     *
     * @param args see the class
     */
    public static void main(String[] args) {
        List<String> parts = new ArrayList<>();
        List<ProviderOption> options = new ArrayList<>();
        String device = "cpu";
        String precision = "default";
        for (String arg : List.of(args).subList(1, args.length)) {
            if (arg.equals("--highest") || arg.equals("--medium")) {
                precision = arg.substring(2);
                options.add(MatmulPrecision.valueOf(precision.toUpperCase(Locale.ROOT)));
            } else if (arg.equals("--random")) {
                options.add(new RandomWeights(1));
            } else if (arg.startsWith("--threads=")) {
                options.add(new Threads(Integer.parseInt(arg.substring("--threads=".length()))));
            } else if (arg.startsWith("--device=")) {
                device = arg.substring("--device=".length());
            } else {
                parts.add(arg);
            }
        }
        new Benchmark(args[0], device, options, precision).run(parts.isEmpty() ? List.of("fp32", "bf16") : parts);
    }

    private void run(List<String> parts) {
        for (String part : parts) {
            switch (part) {
                case "fp32" -> model("fp32", Precision.FP32, new Adapter.Full());
                case "bf16" -> model("bf16", Precision.BF16, new Adapter.Full());
                case "lora" ->
                    model("lora fp32", Precision.FP32, new Adapter.Lora(16, 32, List.of("q_proj", "k_proj", "v_proj")));
                case "ppo" -> ppo();
                case "boundary" -> boundary();
                case "train-fp32" -> passes("fp32", Precision.FP32);
                case "train-bf16" -> passes("bf16", Precision.BF16);
                default -> throw new IllegalArgumentException("no part is called " + part);
            }
        }
    }

    private Policy open(Precision format, Adapter adapter, ValueHead head) {
        Training training =
                new Training(head, adapter, new Optimizer.AdamW(0.9, 0.999, 1e-8, 0.01), 1, Replicas.SINGLE);
        return Models.openPolicy(new ModelSpec(model, device, format, options), training);
    }

    private void model(String name, Precision format, Adapter adapter) {
        try (Policy policy = open(format, adapter, new ValueHead.None())) {
            String label = name + "/" + precision;
            if (device.equals("cpu")) {
                print("matmul %s %.0f GF/s", label, Matmul.rate(format == Precision.BF16));
            }
            TokenBatch batch = Loads.batch(policy.info());
            print("%s train 8x128 %.0f tok/s", label, 1024 / Timing.median(3, () -> Loads.train(policy, batch)));
            print(
                    "%s score 8x128 %.0f tok/s",
                    label, 1024 / Timing.median(3, () -> policy.score(batch, Set.of(Output.LOG_PROB))));
            for (int rows : new int[] {1, 8, 32, 64}) {
                print("%s generate B=%d %.0f tok/s", label, rows, perSecond(2, () -> Loads.generate(policy, rows)));
            }
            print("%s rollout 8x4 ragged %.0f tok/s", label, perSecond(2, () -> Loads.rollout(policy)));
            print("%s groups 8x4x64 shared prompts %.0f tok/s", label, perSecond(2, () -> Loads.groups(policy)));
        }
    }

    /** Training alone, step by step, as peer_train.py does it: a median of three says little on a shared machine. */
    private void passes(String name, Precision format) {
        try (Policy policy = open(format, new Adapter.Full(), new ValueHead.None())) {
            TokenBatch batch = Loads.batch(policy.info());
            for (int i = 0; i < TRAINING_PASSES + 2; i++) {
                long start = System.nanoTime();
                Loads.train(policy, batch);
                double seconds = (System.nanoTime() - start) / 1e9;
                if (i >= 2) {
                    print("%s/%s train alone %.0f tok/s", name, precision, 1024 / seconds);
                }
            }
        }
    }

    /** Counted work. */
    @FunctionalInterface
    private interface Counted {
        int run();
    }

    private static double perSecond(int runs, Counted work) {
        int[] tokens = new int[1];
        double seconds = Timing.median(runs, () -> tokens[0] = work.run());
        return tokens[0] / seconds;
    }

    /** Where the time of a PPO step goes: 8 prompts x 4 samples of up to 64 tokens, ReFT's two epochs. */
    private void ppo() {
        try (Policy policy = open(Precision.BF16, new Adapter.Full(), new ValueHead.Shared());
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .grader((prompt, completion) ->
                                Grade.of(completion.text().length() % 2))
                        .config(PpoConfig.reft().toBuilder()
                                .maxTokens(64)
                                .samplesPerPrompt(4)
                                .build())
                        .start()) {
            List<Prompt> prompts = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                prompts.add(Prompt.text(
                        "p" + i,
                        "Question:\nTom has " + i + " apples and buys 7 more. How many"
                                + " apples does he have now?\nAnswer reasoning:\n",
                        "7"));
            }
            for (int step = 0; step < 3; step++) {
                StepReport report = trainer.step(prompts);
                Map<String, Double> times = new TreeMap<>();
                report.metrics().forEach((key, value) -> {
                    if (key.startsWith("time/")) {
                        times.put(key, value);
                    }
                });
                print("bf16 ppo step %d: %s", step, times);
            }
        }
    }

    /** The share of a training step that is spent outside the engine: the objective and the floats that cross. */
    private void boundary() {
        try (Policy policy = open(Precision.FP32, new Adapter.Full(), new ValueHead.Shared())) {
            TokenBatch batch = Loads.batch(policy.info());
            Boundary boundary = new Boundary(policy, batch);
            double step = Timing.median(5, boundary::step);
            print(
                    "fp32 boundary %.3f ms of a step of %.1f ms: %.3f %%",
                    boundary.outsideMillis(), step * 1e3, boundary.outsideMillis() / step / 10);
        }
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
        System.out.flush();
    }
}
