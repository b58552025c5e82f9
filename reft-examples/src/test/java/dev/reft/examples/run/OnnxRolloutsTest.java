package dev.reft.examples.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.checkpoint.CheckpointException;
import dev.reft.examples.data.EmbeddedModel;
import dev.reft.examples.data.PromptFormat;
import dev.reft.examples.data.WordProblems;
import dev.reft.examples.data.WordProblems.Part;
import dev.reft.generation.Completion;
import dev.reft.generation.Generation;
import dev.reft.generation.Segment;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.math.ImportanceCorrection;
import dev.reft.model.Adapter;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelSpec;
import dev.reft.model.Models;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.ProviderOption;
import dev.reft.model.Refreshable;
import dev.reft.model.Replicas;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import dev.reft.onnx.OnnxProvider;
import dev.reft.onnx.export.OnnxExport;
import dev.reft.ppo.Experience;
import dev.reft.ppo.Overlap;
import dev.reft.ppo.OverlappedTrainer;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.Rollouts;
import dev.reft.ppo.ScoredRollouts;
import dev.reft.ppo.StepReport;
import dev.reft.torch.RandomWeights;
import dev.reft.torch.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A policy on libtorch that learns from samples of ONNX Runtime, its weights handed over by file before every step. */
class OnnxRolloutsTest {
    /** Short answers are good ones: enough to move the weights. */
    private static final Grader GRADER = (prompt, completion) -> Grade.of(1.0 / (1 + completion.tokens().length % 7));

    private static final Adapter FULL = new Adapter.Full();
    private static final Adapter LORA = new Adapter.Lora(
            4, 16, List.of("q_proj", "v_proj", "down_proj"), true, Map.of("down_proj", 2), Map.of(), List.of());

    @TempDir
    Path folder;

    private static List<Prompt> prompts() {
        return new WordProblems(1)
                .problems(Part.ANSWERS, 4).stream()
                        .map(PromptFormat.WORDS::prompt)
                        .toList();
    }

    private Policy policy(Adapter adapter) throws IOException {
        Path base = folder.resolve("base");
        if (Files.notExists(base)) {
            Path model = EmbeddedModel.writeTo(folder.resolve("model"));
            try (Policy random = open(model, FULL, new RandomWeights(1))) {
                random.export(base);
            }
        }
        return open(base, adapter);
    }

    private static Policy open(Path model, Adapter adapter, ProviderOption... options) {
        List<ProviderOption> all = new ArrayList<>(List.of(options));
        all.add(new Threads(1));
        return Models.openPolicy(
                new ModelSpec(model.toString(), "cpu", Precision.FP32, all),
                new Training(new ValueHead.None(), adapter, ReftRun.OPTIMIZER, 1, Replicas.SINGLE));
    }

    private LanguageModel graph() throws IOException {
        Path graph = folder.resolve("graph");
        if (Files.notExists(graph)) {
            OnnxExport.write(folder.resolve("base"), graph);
        }
        return (LanguageModel) new OnnxProvider()
                .open(new ModelSpec(graph.toString(), "cpu", Precision.FP32, List.of(new dev.reft.onnx.Threads(1))));
    }

    private static PpoConfig config() {
        return PpoConfig.grpo().toBuilder()
                .maxTokens(12)
                .samplesPerPrompt(4)
                .policyRate(2e-3)
                .correction(Optional.of(new ImportanceCorrection.Truncated(0, 1.2)))
                .seed(5)
                .build();
    }

    private static PpoTrainer.Builder builder(Policy policy, LanguageModel sampler) {
        return PpoTrainer.of(policy).grader(GRADER).config(config()).sampler(sampler);
    }

    private List<StepReport> run(Adapter adapter, Overlap overlap, int steps) throws IOException {
        List<StepReport> reports = new ArrayList<>();
        ExecutorService beside = Executors.newSingleThreadExecutor();
        List<Prompt> prompts = prompts();
        try (Policy policy = policy(adapter);
                LanguageModel sampler = graph();
                OverlappedTrainer trainer =
                        builder(policy, sampler).startOverlapped(overlap, beside, step -> prompts)) {
            for (int i = 0; i < steps; i++) {
                reports.add(trainer.step());
            }
        } finally {
            beside.shutdownNow();
        }
        return reports;
    }

    /** All weights, and adapters that are added to their base when they are handed over. */
    @ParameterizedTest
    @MethodSource("adapters")
    void theSamplerFollowsThePolicy(Adapter adapter) throws IOException {
        for (StepReport report : run(adapter, new Overlap(0, 1), 5)) {
            assertEquals(0, report.metric("sampler/lag"));
            assertTrue(
                    report.metric("sampler/logp_gap_max") < 2e-4,
                    report.metrics().toString());
            assertTrue(report.metric("sampler/kl_k3") >= 0, report.metrics().toString());
            assertEquals(0, report.metric("sampler/truncated_share"));
        }
    }

    static List<Adapter> adapters() {
        return List.of(FULL, LORA);
    }

    @Test
    void samplesOfOlderWeightsAreWeightedByTheRatio() throws IOException {
        List<StepReport> late = run(FULL, Overlap.ONE_STEP, 5);
        assertEquals(1, late.get(4).metric("sampler/lag"));
        assertTrue(
                late.get(4).metric("sampler/logp_gap_max") > 1e-2,
                late.get(4).metrics().toString());
        List<Prompt> prompts = prompts();
        try (Policy policy = policy(FULL);
                LanguageModel sampler = graph();
                PpoTrainer trainer = builder(policy, sampler).start();
                PpoTrainer plain = PpoTrainer.of(policy)
                        .grader(GRADER)
                        .config(config().toBuilder()
                                .correction(Optional.empty())
                                .build())
                        .start()) {
            for (int i = 0; i < 4; i++) {
                trainer.step(prompts); // nobody renews the sampler
            }
            ScoredRollouts scored = trainer.score(trainer.grade(trainer.collect(prompts)));
            Experience weighted = trainer.shape(scored);
            Experience unweighted = plain.shape(scored);
            double largest = 0;
            int row = 0;
            for (Rollouts.Group group : scored.graded().rollouts().groups()) {
                for (Completion completion : group.completions()) {
                    float[] drawn = ((Segment.Sampled) completion.segments().get(0)).logProbs();
                    for (int t = 0; t < drawn.length; t++) {
                        double ratio = Math.exp((double) weighted.oldLogProbs()[row][t] - drawn[t]);
                        double expected = Math.min(ratio, 1.2) * unweighted.advantages()[row][t];
                        assertEquals(expected, weighted.advantages()[row][t], 1e-5);
                        largest = Math.max(largest, ratio);
                    }
                    row++;
                }
            }
            assertTrue(largest > 1.2, "nothing to cut off: " + largest);
            StepReport report = trainer.update(weighted);
            assertEquals(largest, report.metric("sampler/ratio_max"), 1e-4 * largest);
            assertTrue(report.metric("sampler/truncated_share") > 0);
        }
    }

    /** Weights that do not fit leave the sampler as it was; so do open generations. */
    @Test
    void whatDoesNotFitChangesNothing() throws IOException {
        TokenBatch batch = TokenBatch.of(List.of(Row.of(new int[] {3, 5}, new int[] {7, 9, 4})));
        Set<Output> log = Set.of(Output.LOG_PROB);
        Path wider = EmbeddedModel.writeTo(folder.resolve("wider"), List.of("another"));
        try (Policy policy = policy(FULL);
                Policy other = open(wider, FULL, new RandomWeights(1));
                LanguageModel sampler = graph()) {
            Refreshable refreshable = (Refreshable) sampler;
            float[] before = sampler.score(batch, log).logProbs()[0];
            other.export(folder.resolve("other"));
            assertThrows(CheckpointException.class, () -> refreshable.refresh(folder.resolve("other")));
            assertThrows(CheckpointException.class, () -> refreshable.refresh(folder.resolve("nothing")));
            Path exported = folder.resolve("exported");
            policy.export(exported);
            try (Generation generation = sampler.generation()) {
                assertEquals(0, generation.unfinished());
                String said = assertThrows(IllegalStateException.class, () -> refreshable.refresh(exported))
                        .getMessage();
                assertTrue(said.contains("open generations"), said);
            }
            assertArrayEquals(before, sampler.score(batch, log).logProbs()[0]);
            refreshable.refresh(exported);
            assertArrayEquals(before, sampler.score(batch, log).logProbs()[0], 1e-5f);
        }
    }
}
