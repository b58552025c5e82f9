package dev.reft.ppo;

import dev.reft.math.AnchoredPreference;
import dev.reft.math.PreferenceLoss;
import dev.reft.model.LanguageModel;
import dev.reft.model.Policy;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Trains on pairs of answers: DPO and its family. The caller owns the loop:
 *
 * <pre>{@code
 * Batches<PreferencePair> batches = Batches.of(pairs, 128, seed);
 * try (PreferenceTrainer trainer = PreferenceTrainer.start(policy, PreferenceConfig.dpoNorm(batches.stepsPerEpoch()))) {
 *   while (batches.epoch(trainer.steps()) < 1) {
 *     trainer.step(batches.at(trainer.steps()));
 *   }
 * }
 * }</pre>
 *
 * <p>Where the loss has a reference, its log-probabilities are computed once a pair and cached. Without a {@link ReferenceCache} of
 * the caller's, the reference is a frozen copy of the policy as it is at the start; on resume too, so open the policy with the weights
 * that the run began with. Losses that have no reference never make one or ask one.
 *
 * <p>Reports carry TRL's names: {@code loss}, {@code rewards/chosen}, {@code rewards/rejected}, {@code rewards/margins},
 * {@code rewards/accuracies}, {@code logps/chosen}, {@code logps/rejected}, {@code nll_loss} (before its coefficient; present if it has
 * one); further {@code length/chosen}, {@code length/rejected}, {@code pairs}, {@code pairs/skipped} and, with BCO, {@code delta}.
 * All of them are of the batch before the step, so the first loss of DPO is ln 2. The losses are means by the pairs'
 * {@link PreferencePair#weight}; all other metrics, and BCO's delta, count pairs alike.
 *
 * <p>BCO's delta is the running mean of the rewards of all pairs in the steps before; TRL's has the batch itself in it too, which would
 * take a pass of its own. Calls, cancellation, failures, replicas and checkpoints are as with {@link SftTrainer}.
 */
public final class PreferenceTrainer implements AutoCloseable {
    private final Policy policy;
    private final PreferenceConfig config;
    private final @Nullable ReferenceCache references;
    private final @Nullable LanguageModel ownReference;
    private final BatchLoop loop;
    private final RunningMean rewards;

    private PreferenceTrainer(Policy policy, PreferenceConfig config, @Nullable ReferenceCache given) {
        this.policy = policy;
        this.config = config;
        boolean needed = config.loss().usesReference();
        ownReference = needed && given == null ? policy.frozenCopy() : null;
        references = !needed ? null : ownReference == null ? given : ReferenceCache.of(ownReference);
        rewards = new RunningMean(config.loss() instanceof AnchoredPreference.BcoPair bco ? bco.delta() : 0);
        loop = new BatchLoop(
                "PreferenceTrainer",
                "preference",
                policy,
                config,
                config.base(),
                0,
                new ReferenceMemory(references, rewards),
                () -> {});
    }

    /**
     * Starts a run whose reference is the policy as it is now.
     *
     * @param policy what is trained; stays the caller's to close
     * @param config the hyper-parameters
     * @return the trainer; close it
     */
    public static PreferenceTrainer start(Policy policy, PreferenceConfig config) {
        return new PreferenceTrainer(policy, config, null);
    }

    /**
     * Starts a run.
     *
     * @param policy what is trained; stays the caller's to close
     * @param config the hyper-parameters
     * @param references the reference's log-probabilities; not looked at by losses without a reference
     * @return the trainer; close it
     */
    public static PreferenceTrainer start(Policy policy, PreferenceConfig config, ReferenceCache references) {
        return new PreferenceTrainer(policy, config, references);
    }

    /**
     * Goes on with a run where its latest checkpoint is, bit for bit; its reference is the policy as it was opened.
     *
     * @param policy of the same model, with the weights that the run began with
     * @param config the same hyper-parameters
     * @param checkpoint the folder that was given to {@link #save}
     * @return the trainer; close it
     * @throws IllegalArgumentException if there is no checkpoint, or it is of another model, configuration or reference, naming
     *     the field
     */
    public static PreferenceTrainer resume(Policy policy, PreferenceConfig config, Path checkpoint) {
        return restored(new PreferenceTrainer(policy, config, null), checkpoint);
    }

    /**
     * Goes on with a run where its latest checkpoint is, bit for bit.
     *
     * @param policy of the same model
     * @param config the same hyper-parameters
     * @param references log-probabilities of the same reference
     * @param checkpoint the folder that was given to {@link #save}
     * @return the trainer; close it
     * @throws IllegalArgumentException if there is no checkpoint, or it is of another model, configuration or reference, naming
     *     the field
     */
    public static PreferenceTrainer resume(
            Policy policy, PreferenceConfig config, ReferenceCache references, Path checkpoint) {
        return restored(new PreferenceTrainer(policy, config, references), checkpoint);
    }

    private static PreferenceTrainer restored(PreferenceTrainer trainer, Path checkpoint) {
        try {
            trainer.loop.restore(checkpoint);
            return trainer;
        } catch (RuntimeException | Error e) {
            trainer.close();
            throw e;
        }
    }

    /**
     * Computes and caches the reference's log-probabilities of pairs, those to be evaluated included: afterwards the reference is not
     * asked about them again. Nothing to do for a loss without a reference.
     *
     * @param pairs all that will be trained or evaluated; with replicas all ranks give the whole
     * @throws java.util.concurrent.CancellationException if interrupted; what was computed is kept
     */
    public void precompute(List<PreferencePair> pairs) {
        loop.call("precompute", () -> {
            task(pairs);
            return true;
        });
    }

    /**
     * One optimiser step on a batch of pairs.
     *
     * @param pairs the batch; with replicas all ranks give the whole of it
     * @return what happened, of the batch before the step
     * @throws java.util.concurrent.CancellationException if interrupted before the optimiser step
     * @throws DivergedException if loss or gradient was not finite too often in a row
     */
    public StepReport step(List<PreferencePair> pairs) {
        return loop.step(() -> task(pairs));
    }

    /**
     * The metrics of pairs that are not trained.
     *
     * @param pairs held-out data; with replicas all ranks give the whole of it
     * @return the metrics of a step, without those of the optimiser
     */
    public StepReport evaluate(List<PreferencePair> pairs) {
        return loop.evaluate(() -> task(pairs));
    }

    private PreferenceTask task(List<PreferencePair> pairs) {
        ResponseRows.Pairs rows = new ResponseRows(policy.tokenizer(), policy.info(), config.base(), true).pairs(pairs);
        double @Nullable [] numbers = null;
        if (references != null) {
            loop.lap("encode");
            numbers = references.of(
                    loop,
                    rows.batch(),
                    config.desensitising(),
                    row -> Math.min(
                            rows.batch().row(row).scored().length,
                            rows.batch().row(row ^ 1).scored().length));
            loop.lap("reference");
        }
        return new PreferenceTask(config, loss(), rows, numbers, rewards);
    }

    private PreferenceLoss loss() {
        return config.loss() instanceof AnchoredPreference.BcoPair bco
                ? new AnchoredPreference.BcoPair(bco.beta(), rewards.mean())
                : config.loss();
    }

    /**
     * Number of steps that were done, those before a resume included; also the cursor of the data.
     *
     * @return &gt;= 0
     */
    public long steps() {
        return loop.steps();
    }

    /**
     * Where the trainer is; from any thread.
     *
     * @return the phase and how much of it is done
     */
    public Progress progress() {
        return loop.progress();
    }

    /**
     * What the host gave to {@link #save} in the checkpoint that this run was resumed from, or last gave to it.
     *
     * @return "" at a run's start
     */
    public String hostState() {
        return loop.hostState();
    }

    /**
     * Writes a checkpoint into a folder and makes it the latest; as {@link SftTrainer#save}. A {@link ReferenceCache} with a file is
     * written first.
     *
     * @param checkpoint the folder of all checkpoints of the run, made if absent
     * @param hostState anything the host wants back on resume
     * @throws java.io.UncheckedIOException if writing fails; earlier checkpoints are as they were
     */
    public void save(Path checkpoint, String hostState) {
        loop.save(checkpoint, hostState, references == null ? null : references::writeIfFiled);
    }

    /** Ends the run; the second and later calls do nothing. The policy stays open. */
    @Override
    public void close() {
        loop.close(() -> {
            if (ownReference != null) {
                ownReference.close();
            }
        });
    }
}
