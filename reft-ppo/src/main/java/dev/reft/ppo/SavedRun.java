package dev.reft.ppo;

import dev.reft.model.Policy;
import java.nio.file.Path;

/**
 * What a trainer saved, for whoever wants the model of a checkpoint without its trainer, such as to evaluate it or to start
 * another stage from it. To go on with the run itself, resume its trainer.
 */
public final class SavedRun {
    private SavedRun() {}

    /**
     * Makes a policy what it was at a trainer's latest checkpoint: weights, heads and optimiser.
     *
     * @param policy opened from the same model with the same training
     * @param root the folder that the trainer saved into
     * @return the steps that the trainer had done
     * @throws IllegalArgumentException if there is no checkpoint, or it is of another model, naming the field
     */
    public static long restore(Policy policy, Path root) {
        Checkpoints.Saved saved = new Checkpoints(root).read();
        CheckpointFields fields = new CheckpointFields(saved.fields());
        Descriptions.requireSame("model", fields.tree("model"), Descriptions.model(policy.info()));
        policy.restoreState(saved.policy());
        return fields.whole("step");
    }
}
