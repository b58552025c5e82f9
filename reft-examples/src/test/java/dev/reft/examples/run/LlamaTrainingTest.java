package dev.reft.examples.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.checkpoint.GgufWriter;
import dev.reft.generation.Generation;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.math.ImportanceCorrection;
import dev.reft.model.Adapter;
import dev.reft.model.LanguageModel;
import dev.reft.model.Model;
import dev.reft.model.ModelInfo;
import dev.reft.model.ModelSpec;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.Refreshable;
import dev.reft.model.Replicas;
import dev.reft.model.Sampler;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import dev.reft.ppo.Overlap;
import dev.reft.ppo.OverlappedTrainer;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.StepReport;
import dev.reft.ppo.remote.HttpSampler;
import dev.reft.text.Tokenizer;
import dev.reft.torch.Exports;
import dev.reft.torch.Threads;
import dev.reft.torch.TorchProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A policy on libtorch that learns from samples of llama.cpp's server. llama.cpp takes no new weights while it runs, so the host's
 * {@link Refreshable} writes what was exported as GGUF and starts the server anew. Runs where the environment variable
 * {@code REFT_PYTHON} names a Python with {@code xllamacpp}.
 */
@Tag("slow")
class LlamaTrainingTest {
    private static final Grader SHORT_WORDS =
            (prompt, completion) -> Grade.of(1.0 / (1 + completion.text().length() % 11));

    @TempDir
    Path folder;

    /** What a host application would write. */
    private static final class Served implements Sampler, Refreshable {
        private final String python;
        private final Model alike;
        private final Path folder;
        private LlamaServer server;
        private HttpSampler sampler;
        private int refreshed;

        Served(String python, Model alike, LanguageModel first, Path folder) throws IOException {
            this.python = python;
            this.alike = alike;
            this.folder = folder;
            server = serve(first);
            sampler = HttpSampler.of(alike, server.config());
        }

        private LlamaServer serve(LanguageModel model) throws IOException {
            Path file = folder.resolve("served-" + refreshed + ".gguf");
            Exports.gguf(model, file, GgufWriter.Format.F16);
            return LlamaServer.start(python, file, folder);
        }

        @Override
        public void refresh(Path exported) {
            close();
            refreshed++;
            try (LanguageModel model = new TorchProvider().open(spec(exported))) {
                server = serve(model);
                sampler = HttpSampler.of(alike, server.config());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public ModelInfo info() {
            return sampler.info();
        }

        @Override
        public Tokenizer tokenizer() {
            return sampler.tokenizer();
        }

        @Override
        public Generation generation() {
            return sampler.generation();
        }

        @Override
        public void close() {
            sampler.close();
            try {
                server.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static ModelSpec spec(Path model) {
        return new ModelSpec(model.toString(), "cpu", Precision.FP32, List.of(new Threads(1)));
    }

    @Test
    void learnsFromSamplesOfLlamaCpp() throws IOException {
        String python = LlamaServer.python();
        Training training =
                new Training(new ValueHead.None(), new Adapter.Full(), ReftRun.OPTIMIZER, 1, Replicas.SINGLE);
        PpoConfig config = PpoConfig.grpo().toBuilder()
                .maxTokens(12)
                .samplesPerPrompt(4)
                .policyRate(1e-5)
                .correction(Optional.of(new ImportanceCorrection.Truncated(0, 2)))
                .seed(5)
                .build();
        List<Prompt> prompts = Stream.of("Once upon a time", "The sea is")
                .map(text -> Prompt.text(text, text, ""))
                .toList();
        ExecutorService beside = Executors.newSingleThreadExecutor();
        try (Policy policy = new TorchProvider().openPolicy(spec(LlamaServer.smol()), training);
                Served served = new Served(python, policy, policy, folder);
                OverlappedTrainer trainer = PpoTrainer.of(policy)
                        .grader(SHORT_WORDS)
                        .config(config)
                        .sampler(served)
                        .startOverlapped(new Overlap(0, 1), beside, step -> prompts)) {
            for (int i = 0; i < 3; i++) {
                StepReport report = trainer.step();
                Logger.getLogger(LlamaTrainingTest.class.getName())
                        .info("step " + i + " " + report.metrics().toString());
                assertEquals(0, report.metric("sampler/lag"));
                // llama.cpp rounds to 16 bits: near, and never equal.
                assertTrue(
                        report.metric("sampler/logp_gap_mean") > 0,
                        report.metrics().toString());
                assertTrue(
                        report.metric("sampler/logp_gap_mean") < 0.02,
                        report.metrics().toString());
            }
            assertTrue(served.refreshed >= 2, served.refreshed + " refreshes");
        } finally {
            beside.shutdownNow();
        }
    }
}
