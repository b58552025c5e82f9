package dev.reft.ppo.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.math.ImportanceCorrection;
import dev.reft.model.Optimizer;
import dev.reft.model.Policy;
import dev.reft.model.Training;
import dev.reft.ppo.Overlap;
import dev.reft.ppo.OverlappedTrainer;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.SftConfig;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.SftTrainer;
import dev.reft.ppo.StepReport;
import dev.reft.testkit.tiny.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PPO whose samples come from a server with weights of its own. */
class RemoteTrainingTest {
    private static final TinyModel MODEL =
            TinyModel.of("01234+=").withContext(8).withSizes(16, 2, 32, 1).withSeed(3);
    private static final Grader GRADER = (prompt, completion) -> {
        String text = completion.text();
        return Grade.of(text.equals(prompt.reference()) ? 1 : text.startsWith(prompt.reference()) ? 0.5 : 0);
    };

    @TempDir
    Path folder;

    private static List<Prompt> prompts() {
        List<Prompt> prompts = new ArrayList<>();
        for (int a = 0; a <= 2; a++) {
            for (int b = 0; b <= 2; b++) {
                prompts.add(Prompt.text(a + "+" + b, a + "+" + b + "=", "" + (a + b)));
            }
        }
        return prompts;
    }

    private static Policy warmedUp() {
        Policy policy = MODEL.policy(Training.full(1));
        List<SftExample> examples = prompts().stream()
                .map(prompt -> SftExample.text(prompt.id(), prompt.id() + "=", prompt.reference()))
                .toList();
        try (SftTrainer trainer =
                SftTrainer.start(policy, SftConfig.reft().toBuilder().rate(5e-3).build())) {
            for (int i = 0; i < 15; i++) {
                trainer.step(examples);
            }
        }
        policy.restartOptimizer(Optimizer.AdamW.DEFAULT);
        return policy;
    }

    private static PpoConfig config() {
        return PpoConfig.reft().toBuilder()
                .maxTokens(2)
                .samplesPerPrompt(8)
                .policyRate(4e-3)
                .valueRate(4e-3)
                .valueCoefficient(0.5)
                .entropyCoefficient(0.03)
                .correction(Optional.of(new ImportanceCorrection.Truncated(0, 2)))
                .seed(5)
                .build();
    }

    private HttpSamplerConfig at(TinyServer server) {
        return HttpSamplerConfig.completions(server.address(), "tiny")
                .withLimits(8, Duration.ofSeconds(10), 3, Duration.ofMillis(1))
                .withReload(WeightReload.sglang(folder.resolve("weights")));
    }

    private List<StepReport> run(Policy policy, HttpSampler sampler, Overlap overlap, int steps) {
        List<StepReport> reports = new ArrayList<>();
        ExecutorService beside = Executors.newSingleThreadExecutor();
        try (OverlappedTrainer trainer = PpoTrainer.of(policy)
                .grader(GRADER)
                .config(config())
                .sampler(sampler)
                .startOverlapped(overlap, beside, step -> prompts())) {
            for (int i = 0; i < steps; i++) {
                reports.add(trainer.step());
            }
        } finally {
            beside.shutdownNow();
        }
        return reports;
    }

    @Test
    void learnsFromARemoteSamplerThatIsRefreshed() throws IOException {
        try (Policy policy = warmedUp();
                TinyServer server = new TinyServer(policy.frozenCopy());
                HttpSampler sampler = HttpSampler.of(policy, at(server))) {
            List<StepReport> reports = run(policy, sampler, new Overlap(0, 1), 60);
            double first = reports.get(0).metric("objective/scores");
            double last = reports.get(59).metric("objective/scores");
            assertTrue(first < 0.45 && last > 0.75, first + " to " + last);
            assertEquals(60, server.loaded.size());
            for (StepReport report : reports) {
                assertEquals(0, report.metric("sampler/lag"));
                assertTrue(report.metric("sampler/logp_gap_max") < 1e-5, "fresh weights: " + report.metrics());
                assertEquals(0, report.metric("sampler/truncated_share"));
            }
            assertEquals(0, sampler.lag().stale());
        }
    }

    @Test
    void theCorrectionShowsThatAServerHasOldWeights() throws IOException {
        try (Policy policy = warmedUp();
                TinyServer server = new TinyServer(policy.frozenCopy());
                HttpSampler sampler = HttpSampler.of(policy, at(server))) {
            server.loads = false; // says that it loaded them, and did not
            List<StepReport> reports = run(policy, sampler, new Overlap(0, 1), 12);
            assertTrue(reports.get(0).metric("sampler/logp_gap_max") < 1e-5);
            StepReport last = reports.get(11);
            assertTrue(last.metric("sampler/kl_k3") > 1e-3, last.metrics().toString());
            assertTrue(last.metric("sampler/ratio_max") > 1.2, last.metrics().toString());
            assertTrue(last.metric("sampler/kl_k3") > reports.get(1).metric("sampler/kl_k3"));
        }
        try (Policy policy = warmedUp();
                TinyServer server = new TinyServer(policy.frozenCopy());
                HttpSampler sampler = HttpSampler.of(policy, at(server))) {
            List<StepReport> reports = run(policy, sampler, Overlap.ONE_STEP, 4);
            assertEquals(1, reports.get(3).metric("sampler/lag"));
            assertTrue(reports.get(3).metric("sampler/kl_k3") > 0);
        }
    }

    @Test
    void aServerThatFailsEndsTheStepWithItsReason() throws IOException {
        try (Policy policy = warmedUp();
                TinyServer server = new TinyServer(policy.frozenCopy());
                HttpSampler sampler = HttpSampler.of(policy, at(server))) {
            server.change = fields ->
                    new java.util.LinkedHashMap<>(java.util.Map.of("choices", List.of(java.util.Map.of("text", "2"))));
            RemoteSamplerException e =
                    assertThrows(RemoteSamplerException.class, () -> run(policy, sampler, new Overlap(0, 1), 1));
            assertTrue(String.valueOf(e.getMessage()).contains("text only"), e.getMessage());
        }
    }
}
