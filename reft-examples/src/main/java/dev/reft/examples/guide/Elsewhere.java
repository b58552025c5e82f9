package dev.reft.examples.guide;

import dev.reft.checkpoint.hub.FetchMeter;
import dev.reft.checkpoint.hub.Hub;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.math.ImportanceCorrection;
import dev.reft.model.ModelSpec;
import dev.reft.model.Policy;
import dev.reft.ppo.Overlap;
import dev.reft.ppo.OverlappedTrainer;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.StepReport;
import dev.reft.ppo.remote.HttpSampler;
import dev.reft.ppo.remote.HttpSamplerConfig;
import dev.reft.ppo.remote.WeightReload;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/** Models that come from elsewhere, and samples that are drawn elsewhere. */
public final class Elsewhere {
    private Elsewhere() {}

    /**
     * Fetches a model.
     *
     * @param address of the hub
     * @param model {@code owner/name@revision}
     * @param cache folder for fetched models
     * @param meter tells the progress to any thread
     * @return what to open
     */
    public static ModelSpec fetch(URI address, String model, Path cache, FetchMeter meter) {
        // region hub
        Path snapshot = Hub.at(address).cache(cache).fetch(model, meter); // .token(...) for a private one
        return ModelSpec.of(snapshot.toString());
        // endregion
    }

    /**
     * Trains a policy on samples of a server.
     *
     * @param policy what learns
     * @param prompts of every step
     * @param grader checks an answer
     * @param server its address
     * @param shared a folder that the server sees too
     * @param beside waits for the server while the policy learns
     * @return the last step's report
     */
    public static StepReport train(
            Policy policy, List<Prompt> prompts, Grader grader, URI server, Path shared, Executor beside) {
        // region remote
        PpoConfig config = PpoConfig.reft().toBuilder()
                .maxTokens(2)
                .correction(Optional.of(new ImportanceCorrection.Truncated(0, 2)))
                .build();
        HttpSamplerConfig served =
                HttpSamplerConfig.completions(server, "policy").withReload(WeightReload.sglang(shared));
        StepReport report;
        try (HttpSampler sampler = HttpSampler.of(policy, served);
                OverlappedTrainer trainer = PpoTrainer.of(policy)
                        .grader(grader)
                        .config(config)
                        .sampler(sampler)
                        .startOverlapped(Overlap.ONE_STEP, beside, step -> prompts)) {
            do {
                report = trainer.step(); // sampler/lag and sampler/kl_k3 tell how far apart they are
            } while (trainer.steps() < 3);
        }
        return report;
        // endregion
    }
}
