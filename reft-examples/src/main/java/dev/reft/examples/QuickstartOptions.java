package dev.reft.examples;

import dev.reft.examples.data.ProblemFiles.Fields;
import dev.reft.examples.run.RunPlan;
import dev.reft.examples.run.RunPlan.DataKind;
import dev.reft.examples.run.RunPlan.DataPlan;
import dev.reft.examples.run.RunPlan.EvaluationPlan;
import dev.reft.examples.run.RunPlan.ModelPlan;
import dev.reft.examples.run.RunPlan.PpoPlan;
import dev.reft.examples.run.RunPlan.WarmUpPlan;
import dev.reft.model.Precision;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@link Quickstart}; what is not given depends on whether the embedded model or a real one is trained. */
final class QuickstartOptions {
    /** More threads than two do not help a model this small, and cost much where the machine is busy. */
    private static final int SMALL_THREADS = Math.min(2, Runtime.getRuntime().availableProcessors());

    @Option(
            names = "--model",
            paramLabel = "PATH",
            description = "HF directory or GGUF file; without it the embedded model")
    private String model = "";

    @Option(names = "--device", paramLabel = "NAME", description = "cpu (default) or cuda:0")
    private String device = "cpu";

    @Option(names = "--precision", paramLabel = "TYPE", description = "fp32 (default) or bf16")
    private Precision precision = Precision.FP32;

    @Option(names = "--lora", paramLabel = "RANK", description = "train adapters of this rank instead of all weights")
    private int lora;

    @Option(names = "--save-memory", description = "compute blocks again in the backward pass")
    private boolean checkpointing;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "threads of the engine; 0 for one a core, the default for real models")
    private @Nullable Integer threads;

    @Option(
            names = "--data",
            paramLabel = "KIND",
            description = "words (default), svamp, svamp-pcot (programs, run in the sandbox), mathqa, gsm8k or jsonl")
    private DataKind data = DataKind.WORDS;

    @Option(names = "--train", paramLabel = "FILE", description = "training problems")
    private String train = "";

    @Option(names = "--test", paramLabel = "FILE", description = "test problems")
    private String test = "";

    @Option(names = "--field-id", paramLabel = "NAME", description = "jsonl: field of the id (default: id)")
    private String idField = "id";

    @Option(names = "--field-question", paramLabel = "NAME", description = "jsonl: field of the question")
    private String questionField = "question";

    @Option(names = "--field-chain", paramLabel = "NAME", description = "jsonl: field of the chain of thought")
    private String chainField = "answer_cot";

    @Option(names = "--field-answer", paramLabel = "NAME", description = "jsonl: field of the answer")
    private String answerField = "answer_value";

    @Option(
            names = "--chains",
            paramLabel = "N",
            description = "problems with chains of thought; files: 0 for all (default)")
    private @Nullable Integer chains;

    @Option(names = "--answers", paramLabel = "N", description = "further problems with answers only; files: 0 for all")
    private @Nullable Integer answers;

    @Option(names = "--tests", paramLabel = "N", description = "problems to test on; files: 0 for all (default)")
    private @Nullable Integer tests;

    @Option(names = "--own-questions", description = "reinforce on the warm-up's own questions only, as in the paper")
    private boolean ownQuestions;

    @Option(names = "--published-rules", description = "read answers exactly as the published code does")
    private boolean published;

    @Option(names = "--warm-up-epochs", paramLabel = "N", description = "epochs of the warm-up")
    private @Nullable Integer warmUpEpochs;

    @Option(names = "--warm-up-batch", paramLabel = "N", description = "examples of a step of the warm-up")
    private @Nullable Integer warmUpBatch;

    @Option(names = "--warm-up-rate", paramLabel = "RATE", description = "learning rate of the warm-up")
    private @Nullable Double warmUpRate;

    @Option(names = "--steps", paramLabel = "N", description = "PPO steps")
    private @Nullable Integer steps;

    @Option(names = "--prompts", paramLabel = "N", description = "questions of a PPO step")
    private @Nullable Integer prompts;

    @Option(names = "--samples", paramLabel = "N", description = "answers sampled for each question")
    private @Nullable Integer samples;

    @Option(names = "--temperature", paramLabel = "T", description = "of the samples (default: 1)")
    private double temperature = 1;

    @Option(names = "--ppo-epochs", paramLabel = "N", description = "epochs over the answers of a step (default: 2)")
    private int ppoEpochs = 2;

    @Option(names = "--mini-batches", paramLabel = "N", description = "optimiser steps of an epoch")
    private @Nullable Integer miniBatches;

    @Option(names = "--rate", paramLabel = "RATE", description = "PPO's learning rate")
    private @Nullable Double rate;

    @Option(names = "--value-rate", paramLabel = "RATE", description = "learning rate of the value head")
    private @Nullable Double valueRate;

    @Option(
            names = "--gae-lambda",
            paramLabel = "L",
            description = "of the advantages (default: 0.95, as in the paper)")
    private double gaeLambda = 0.95;

    @Option(
            names = "--value-coefficient",
            paramLabel = "C",
            description = "of the value loss (default: 5, as in the paper)")
    private double valueCoefficient = 5;

    @Option(names = "--kl", paramLabel = "C", description = "coefficient of the KL penalty; 0 for none")
    private @Nullable Double kl;

    @Option(names = "--critic-warm-up", paramLabel = "N", description = "first PPO steps that train values only")
    private @Nullable Integer criticWarmup;

    @Option(names = "--wrong", paramLabel = "SCORE", description = "score of a wrong answer (default: 0.1)")
    private double wrong = 0.1;

    @Option(names = "--unreadable", paramLabel = "SCORE", description = "score without a readable answer (default: 0)")
    private double unreadable;

    @Option(names = "--max-tokens", paramLabel = "N", description = "most tokens of an answer")
    private @Nullable Integer maxTokens;

    @Option(
            names = "--evaluate-every",
            paramLabel = "N",
            description = "PPO steps between two measurements; 0 for none")
    private @Nullable Integer evaluateEvery;

    @Option(names = "--evaluate-problems", paramLabel = "N", description = "test problems of a measurement on the way")
    private @Nullable Integer evaluateProblems;

    @Option(names = "--untuned", description = "also test the model before any training")
    private boolean untuned;

    @Option(names = "--save-every", paramLabel = "N", description = "PPO steps between two checkpoints")
    private @Nullable Integer saveEvery;

    @Option(names = "--seed", paramLabel = "N", description = "of weights, data, order and samples (default: 1)")
    private long seed = 1;

    @Option(names = "--out", paramLabel = "DIR", description = "the run's folder (default: runs/quickstart)")
    private Path out = Path.of("runs", "quickstart");

    Path out() {
        return out;
    }

    RunPlan plan() {
        return plan(seed);
    }

    /** The same with another seed. */
    RunPlan plan(long otherSeed) {
        boolean small = model.isEmpty();
        if (small != (data == DataKind.WORDS)) {
            throw new IllegalArgumentException(
                    "the embedded model knows the words of generated problems only: --model '" + model
                            + "' with --data " + data);
        }
        double ppoRate = or(rate, small ? 1.5e-4 : 3e-6);
        return new RunPlan(
                new ModelPlan(model, device, precision, lora, checkpointing, or(threads, small ? SMALL_THREADS : 0)),
                new DataPlan(
                        data,
                        train,
                        test,
                        new Fields(idField, questionField, chainField, answerField),
                        or(chains, small ? 300 : 0),
                        or(answers, small ? 6000 : 0),
                        or(tests, small ? 500 : 0),
                        ownQuestions,
                        published),
                new WarmUpPlan(
                        or(warmUpEpochs, small ? 25 : 2),
                        or(warmUpBatch, small ? 32 : 16),
                        or(warmUpRate, small ? 1e-3 : 2e-5),
                        20),
                new PpoPlan(
                        or(steps, small ? 55 : 40),
                        or(prompts, small ? 128 : 16),
                        or(samples, small ? 2 : 4),
                        temperature,
                        ppoEpochs,
                        or(miniBatches, small ? 4 : 1),
                        ppoRate,
                        or(valueRate, small ? 1e-3 : ppoRate),
                        gaeLambda,
                        valueCoefficient,
                        or(kl, small ? 0.01 : 0.05),
                        or(criticWarmup, small ? 3 : 2),
                        wrong,
                        unreadable),
                new EvaluationPlan(
                        or(evaluateEvery, 10),
                        or(evaluateProblems, small ? 250 : 100),
                        small ? 9 : 5,
                        small ? 250 : 64,
                        untuned),
                or(maxTokens, small ? 24 : 160),
                or(saveEvery, small ? 25 : 2),
                otherSeed);
    }

    private static int or(@Nullable Integer given, int otherwise) {
        return given == null ? otherwise : given;
    }

    private static double or(@Nullable Double given, double otherwise) {
        return given == null ? otherwise : given;
    }
}
