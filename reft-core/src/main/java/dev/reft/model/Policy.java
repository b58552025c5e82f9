package dev.reft.model;

import java.nio.file.Path;
import java.util.Set;

/** A language model that trains: it takes slopes back and steps. */
public interface Policy extends LanguageModel {
    /**
     * Runs the model, keeping what {@link ForwardPass#backward} needs. Dropout is off. Several passes may add up before
     * one step.
     *
     * @param batch the rows
     * @param wanted the outputs to compute, not empty
     * @return the open pass; close it
     * @throws IllegalArgumentException as {@link Scorer#score}
     */
    ForwardPass forward(TokenBatch batch, Set<Output> wanted);

    /**
     * Sums the gradients of all replicas, clips them by their global norm, descends, and zeroes them. A part that no
     * backward reached since the last step stays bit for bit as it was.
     *
     * @param size learning rates and the norm to clip at
     * @return whether it was applied, and the norm before clipping
     * @throws IllegalStateException while a pass or a generation is open
     */
    StepResult step(StepSize size);

    /** Drops the gradients that were accumulated: after an error, a cancellation, an early stop. */
    void discardGradients();

    /**
     * Starts an optimiser afresh, between stages: the moments and step counts are gone, the weights stay.
     *
     * @param optimizer the optimiser from here on
     */
    void restartOptimizer(Optimizer optimizer);

    /**
     * A copy whose numbers never change and which outlives this policy. What no optimiser writes may be shared.
     *
     * @return the copy, with values where this policy has them; close it
     */
    LanguageModel frozenCopy();

    /**
     * Writes files for others: a Hugging Face directory, or a PEFT adapter. The directory appears under its final name
     * only when it is complete.
     *
     * @param directory where to write; must not exist or be empty
     */
    void export(Path directory);

    /**
     * Writes all that the next step depends on (weights, masters, adapter, heads, moments, counters), bit for bit.
     *
     * @param directory an existing directory that the caller makes atomic
     * @throws IllegalStateException while a pass or a generation is open, or gradients are accumulated
     */
    void saveState(Path directory);

    /**
     * Reads what {@link #saveState} wrote; after it the policy continues bit for bit.
     *
     * @param directory the directory that {@code saveState} wrote
     * @throws IllegalArgumentException if the state is of another model or training, naming the field
     */
    void restoreState(Path directory);

    /**
     * The processes that train this policy together.
     *
     * @return {@link Replicas#SINGLE} unless others were given at opening
     */
    default Replicas replicas() {
        return Replicas.SINGLE;
    }
}
