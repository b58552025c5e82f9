package dev.reft.examples.guide;

import dev.reft.grading.Grader;
import dev.reft.grading.GradingLimits;
import dev.reft.grading.Prompt;
import dev.reft.math.AnchoredPreference;
import dev.reft.model.Policy;
import dev.reft.ppo.Batches;
import dev.reft.ppo.Candidates;
import dev.reft.ppo.PairRule;
import dev.reft.ppo.PairSet;
import dev.reft.ppo.PreferenceConfig;
import dev.reft.ppo.PreferenceFile;
import dev.reft.ppo.PreferencePair;
import dev.reft.ppo.PreferencePairs;
import dev.reft.ppo.PreferenceTrainer;
import dev.reft.ppo.ReferenceCache;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Pairs, and training on them. */
public final class Preferences {
    private Preferences() {}

    // region dpo
    /**
     * Length-normalised DPO on a file of pairs; called again after a kill, it goes on from the last save.
     *
     * @param policy what learns, with the weights that the run began with
     * @param pairs a JSON object a line with prompt, chosen and rejected
     * @param heldOut pairs that are not trained
     * @param folder for checkpoints and the reference's log-probabilities
     * @param rate of learning; 5e-7 suits a model of billions of weights
     * @return share of held-out pairs whose chosen answer has the greater implicit reward
     */
    public static double train(Policy policy, Path pairs, Path heldOut, Path folder, double rate) {
        PairSet read = PreferenceFile.read(pairs); // errors name file, row, field and value
        Batches<PreferencePair> batches = Batches.of(read.pairs(), 16, 1);
        long steps = 4 * batches.stepsPerEpoch();
        PreferenceConfig config = PreferenceConfig.dpoNorm(steps).with(base -> base.rate(rate));
        Path checkpoints = folder.resolve("dpo");
        // The reference is the policy as it was opened. All it has to say fits into a file, so it is asked once and
        // closed.
        Path said = folder.resolve("reference.bin");
        ReferenceCache references = Files.exists(said) ? ReferenceCache.of(said) : ReferenceCache.of(policy, said);
        try (PreferenceTrainer trainer = Files.exists(checkpoints.resolve("latest"))
                ? PreferenceTrainer.resume(policy, config, references, checkpoints)
                : PreferenceTrainer.start(policy, config, references)) {
            if (!Files.exists(said)) {
                trainer.precompute(read.pairs());
                trainer.precompute(PreferenceFile.read(heldOut).pairs());
                references.write();
            }
            references.forgetReference(); // the policy will change, and must not be asked again
            while (trainer.steps() < steps) {
                trainer.step(batches.at(trainer.steps())); // the first loss is ln 2
            }
            trainer.save(checkpoints, "");
            return trainer.evaluate(PreferenceFile.read(heldOut).pairs()).metric("rewards/accuracies");
        }
    }
    // endregion

    // region judged
    /**
     * Pairs of several models' answers, scored by a grader: best against worst, ties dropped.
     *
     * @param answers prompts with answers of any models
     * @param grader scores an answer
     * @return the pairs, and counts of what was left out
     */
    public static PairSet judged(List<Candidates> answers, Grader grader) {
        return PreferencePairs.judged(
                answers, PreferencePairs.each(grader), new PairRule.BestAgainstWorst(), GradingLimits.DEFAULT);
    }

    /**
     * A pair by hand, and another loss than DPO's.
     *
     * @return the configuration of BCO with a likelihood term and LD-DPO's weights
     */
    public static PreferenceConfig other() {
        PreferencePair pair = PreferencePair.of(Prompt.text("sum", "2+2=", ""), "4", "5");
        double margin = pair.margin(); // 0: not known, and DPO does not look at it
        return PreferenceConfig.of(new AnchoredPreference.BcoPair(0.1, margin), 1e-6)
                .withLikelihood(0.2)
                .withDesensitising(0.5);
    }
    // endregion
}
