package dev.reft.examples;

import dev.reft.examples.data.OffTaskTexts;
import dev.reft.examples.rft.JobData;
import dev.reft.examples.rft.JobFiles;
import dev.reft.examples.rft.JobPlan;
import dev.reft.examples.rft.JobPlan.OnCollapse;
import dev.reft.examples.rft.WordJob;
import dev.reft.examples.run.RunPlan.ModelPlan;
import dev.reft.graders.openai.RftPlan;
import dev.reft.graders.openai.RftSetting;
import dev.reft.model.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@link RftJob}; what the job says {@code auto} to, or nothing, is decided by them. */
final class RftJobOptions {
    @Option(names = "--job", paramLabel = "FILE", description = "the job's JSON, as it was sent to OpenAI")
    private @Nullable Path job;

    @Option(
            names = "--sample",
            paramLabel = "ROWS",
            description = "instead of a job: a generated one of so many training rows for the embedded model")
    private int sample;

    @Option(
            names = "--train",
            paramLabel = "FILE",
            description = "training rows; default: the file that the job names, beside it")
    private @Nullable Path training;

    @Option(
            names = "--validation",
            paramLabel = "FILE",
            description = "held-out rows; default: the file that the job names, beside it")
    private @Nullable Path validation;

    @Option(
            names = "--warm-up",
            paramLabel = "FILE",
            description = "chats that end with the assistant's answer, to imitate first")
    private @Nullable Path warmUp;

    @Option(
            names = "--probe",
            paramLabel = "FILE",
            description =
                    "texts, one a line, that have nothing to do with the job: their log-probability is told at every"
                            + " checkpoint (default: a few paragraphs of prose; embedded: kinds of problems that no training sees)")
    private @Nullable Path probe;

    @Option(
            names = "--warm-up-epochs",
            paramLabel = "N",
            description = "epochs of the warm-up (default: 25 embedded, 2 else)")
    private @Nullable Integer warmUpEpochs;

    @Option(
            names = "--warm-up-rate",
            paramLabel = "RATE",
            description = "its learning rate (default: 1e-3 embedded, 2e-5 else)")
    private @Nullable Double warmUpRate;

    @Option(
            names = "--model",
            paramLabel = "PATH",
            description =
                    "HF directory or GGUF file that takes the place of the job's model; without it the embedded one")
    private String model = "";

    @Option(names = "--device", paramLabel = "NAME", description = "cpu (default) or cuda:0")
    private String device = "cpu";

    @Option(names = "--precision", paramLabel = "TYPE", description = "fp32 (default) or bf16")
    private Precision precision = Precision.FP32;

    @Option(names = "--lora", paramLabel = "RANK", description = "train adapters of this rank instead of all weights")
    private int lora;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "threads of the engine (default: 2 embedded, one a core else)")
    private @Nullable Integer threads;

    @Option(
            names = "--plain-text",
            description = "give the model the messages' contents without a chat template; so for the embedded model")
    private boolean plain;

    @Option(
            names = "--text-end",
            paramLabel = "TEXT",
            description = "what ends a plain-text prompt (default: ' =>' embedded)")
    private @Nullable String textEnd;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "passes over the training rows, in place of the job's n_epochs")
    private @Nullable Integer epochs;

    @Option(
            names = "--samples",
            paramLabel = "N",
            description = "samples of a prompt, which compute_multiplier multiplies (default: 4)")
    private int samples = 4;

    @Option(
            names = "--rate",
            paramLabel = "RATE",
            description = "learning rate, which learning_rate_multiplier multiplies")
    private @Nullable Double rate;

    @Option(
            names = "--value-rate",
            paramLabel = "RATE",
            description =
                    "learning rate of a value head; 0 (default) for none: answers to a row are compared with each other")
    private @Nullable Double valueRate;

    @Option(
            names = "--kl",
            paramLabel = "C",
            description = "coefficient of the KL penalty; 0 for none (the KL is measured at checkpoints all the same)")
    private @Nullable Double kl;

    @Option(names = "--temperature", paramLabel = "T", description = "of the samples (default: 1)")
    private double temperature = 1;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "most tokens of an answer (default: 24 embedded, 512 else)")
    private @Nullable Integer maxTokens;

    @Option(names = "--save-every", paramLabel = "N", description = "steps between two checkpoints (default: 10)")
    private int saveEvery = 10;

    @Option(
            names = "--on-collapse",
            paramLabel = "WHAT",
            description =
                    "when the watch warns gravely: back (default) to the best checkpoint before, stop, or warn only")
    private OnCollapse onCollapse = OnCollapse.BACK;

    @Option(names = "--go-backs", paramLabel = "N", description = "how often the run may go back (default: 2)")
    private int goBacks = 2;

    @Option(names = "--seed", paramLabel = "N", description = "in place of the job's seed (default, without both: 1)")
    private @Nullable Long seed;

    @Option(names = "--out", paramLabel = "DIR", description = "the run's folder (default: runs/rft)")
    private Path out = Path.of("runs", "rft");

    Path out() {
        return out;
    }

    int sample() {
        return sample;
    }

    Path job() {
        if (job == null) {
            throw new IllegalArgumentException("--job names the job's file; --sample makes one");
        }
        return job;
    }

    @Nullable
    Path training() {
        return training;
    }

    @Nullable
    Path validation() {
        return validation;
    }

    @Nullable
    Path warmUp(Path jobFile) {
        Path made = jobFile.toAbsolutePath().resolveSibling(WordJob.WARM_UP);
        Path file = warmUp == null && sample > 0 ? made : warmUp;
        if (file != null && !Files.isRegularFile(file)) {
            throw new IllegalArgumentException("--warm-up: there is no file " + file);
        }
        return file;
    }

    List<String> probes() {
        if (probe != null) {
            return OffTaskTexts.read(probe);
        }
        return model.isEmpty() ? OffTaskTexts.words() : OffTaskTexts.prose();
    }

    boolean chat() {
        return !plain && !model.isEmpty();
    }

    String textEnd() {
        return textEnd != null ? textEnd : model.isEmpty() ? " =>" : "\n";
    }

    long seed(@Nullable Long ofJob) {
        return seed != null ? seed : ofJob != null ? ofJob : 1;
    }

    /** The run's numbers: the job's, and the host's where it says auto or nothing. */
    RftPlan numbers(dev.reft.graders.openai.RftJob wanted, int rows) {
        double own = rate != null ? rate : model.isEmpty() ? 5e-5 : 3e-6;
        RftPlan asked = wanted.plan(new RftPlan(Math.min(64, rows), samples, 2, own, 10, 1, ""));
        return new RftPlan(
                Math.min(asked.promptsPerStep(), rows),
                asked.samplesPerPrompt(),
                epochs != null ? epochs : asked.epochs(),
                asked.learningRate(),
                asked.evaluateEvery(),
                asked.evaluationSamples(),
                asked.reasoningEffort());
    }

    JobPlan plan(JobFiles files, @Nullable Path examples, int rows) {
        boolean small = model.isEmpty();
        RftPlan numbers = numbers(files.job(), rows);
        int engine = threads != null
                ? threads
                : small ? Math.min(2, Runtime.getRuntime().availableProcessors()) : 0;
        return new JobPlan(
                JobData.digest(files.file()),
                JobData.digest(files.training()),
                JobData.digest(files.validation()),
                examples == null ? "" : JobData.digest(examples),
                JobData.digest(probes()),
                new ModelPlan(model, device, precision, lora, false, engine),
                chat(),
                textEnd(),
                numbers,
                warmUpEpochs != null ? warmUpEpochs : small ? 25 : 2,
                warmUpRate != null ? warmUpRate : small ? 1e-3 : 2e-5,
                valueRate != null ? valueRate : 0,
                kl != null ? kl : 0.04,
                temperature,
                maxTokens != null ? maxTokens : small ? 24 : 512,
                saveEvery,
                onCollapse,
                goBacks,
                seed(files.job().seed()));
    }

    /** What becomes of each of the job's settings, those that an option overrides included. */
    List<RftSetting> settings(JobFiles files) {
        List<RftSetting> settings = new ArrayList<>();
        for (RftSetting setting : files.settings()) {
            settings.add(
                    epochs != null && setting.name().equals("hyperparameters.n_epochs")
                            ? new RftSetting(
                                    setting.name(),
                                    setting.value(),
                                    RftSetting.Use.HOST,
                                    "overridden by --epochs " + epochs)
                            : setting);
        }
        if (seed != null && files.job().seed() != null) {
            settings.add(new RftSetting(
                    "seed", String.valueOf(files.job().seed()), RftSetting.Use.HOST, "overridden by --seed " + seed));
        }
        return settings;
    }
}
