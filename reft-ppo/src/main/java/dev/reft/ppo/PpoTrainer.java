package dev.reft.ppo;

import dev.reft.grading.Grader;
import dev.reft.grading.GradingException;
import dev.reft.grading.GroupGrader;
import dev.reft.grading.Prompt;
import dev.reft.model.Policy;
import dev.reft.model.Sampler;
import dev.reft.model.Scorer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongFunction;

/**
 * Reinforcement fine-tuning by PPO with a value head, as in ReFT (arXiv 2401.08967), or by one of its relatives without (GRPO,
 * RLOO, REINFORCE++ and others): the method is a matter of {@link PpoConfig}. The caller owns the loop:
 *
 * <pre>{@code
 * try (PpoTrainer trainer = PpoTrainer.of(policy).grader(grader).config(config).start()) {
 *   while (trainer.steps() < 100) {
 *     StepReport report = trainer.step(promptsOf(trainer.steps()));
 *   }
 * }
 * }</pre>
 *
 * <p>{@code step} is collect, grade, score, shape and update in a line, grading while samples still come in. Each stage is public,
 * so samples or grades from elsewhere enter in the middle.
 *
 * <p>One call at a time, from any thread; {@link #progress} and {@link #steps} may be read any time. Until the first optimiser
 * step of a call, interrupting its thread ends it with a {@link java.util.concurrent.CancellationException}: the interrupt is
 * taken, gradients are dropped, nothing has changed, and the same call may be repeated. After that it finishes. A failure
 * later than that leaves the trainer torn: every call but {@link #close} is refused; resume from a checkpoint.
 *
 * <p>With replicas every rank makes the same calls with the same arguments and gets the same results; prompts are dealt by rank.
 * If one rank is interrupted or fails before the first optimiser step, all are ended.
 */
public interface PpoTrainer extends AutoCloseable {
    /**
     * Begins to set up a trainer.
     *
     * @param policy what is trained, with values if the method uses them; it stays the caller's to close, after the trainer
     * @return a builder
     */
    static Builder of(Policy policy) {
        return new PpoTrainerBuilder(policy);
    }

    /** Sets up a trainer. */
    interface Builder {
        /**
         * Grades one completion at a time; exactly one of this and {@link #groupGrader} is needed.
         *
         * @param grader thread-safe
         * @return this
         */
        Builder grader(Grader grader);

        /**
         * Grades all completions of a prompt together.
         *
         * @param grader thread-safe
         * @return this
         */
        Builder groupGrader(GroupGrader grader);

        /**
         * Sets the hyper-parameters; {@link PpoConfig#reft} without this.
         *
         * @param config the configuration
         * @return this
         */
        Builder config(PpoConfig config);

        /**
         * The model that the KL penalty refers to. Without it, a frozen copy of the policy as it is at {@link #start}, or as it is
         * handed to {@link #resume}, before its state is restored. Not asked for if the configuration has no KL penalty.
         *
         * @param reference stays the caller's to close
         * @return this
         */
        Builder reference(Scorer reference);

        /**
         * Where completions come from; the policy itself without this. {@link #startOverlapped} renews its weights, with {@code
         * new Overlap(0, 1)} before every step; otherwise that is the host's business. Another sampler than the policy needs
         * {@link PpoConfig#correction}, or {@link OldLogProbs.Sampled}; the {@code sampler/} metrics tell at every step how far
         * both are apart.
         *
         * @param sampler stays the caller's to close
         * @return this
         */
        Builder sampler(Sampler sampler);

        /**
         * Where graders run. Without it the trainer owns a pool of named daemon threads, ended by {@link PpoTrainer#close}.
         *
         * @param executor the host's executor; stays the host's to end
         * @return this
         */
        Builder gradingExecutor(Executor executor);

        /**
         * Starts a run.
         *
         * @return the trainer; close it
         * @throws IllegalStateException if no grader is set, or two
         * @throws IllegalArgumentException if the policy does not give what the method needs, or samples of another sampler would
         *     go uncorrected
         */
        PpoTrainer start();

        /**
         * Goes on with a run where its latest checkpoint is, bit for bit. The policy must be opened as at the run's start: it
         * becomes the reference (unless one is given) before its state is restored.
         *
         * @param checkpoint the folder that was given to {@link PpoTrainer#save}
         * @return the trainer; close it
         * @throws IllegalArgumentException if there is no checkpoint, or it is of another model, reference or configuration,
         *     naming the field
         */
        PpoTrainer resume(Path checkpoint);

        /**
         * Starts a run whose samples are drawn beside its updates. A sampler that was set must be {@link
         * dev.reft.model.Refreshable}; without one frozen copies of the policy are used.
         *
         * @param overlap how far ahead
         * @param executor where sampling runs, one task at a time; stays the host's to end
         * @param prompts the problems of each step, by its number from 0; an empty list ends the data. Steps may be asked for
         *     again, and up to {@code lag} of them are asked for in vain
         * @return the trainer; close it
         * @throws IllegalStateException if no grader is set, or two
         * @throws IllegalArgumentException if the policy does not give what the method needs, or samples of older weights would
         *     go uncorrected
         */
        OverlappedTrainer startOverlapped(Overlap overlap, Executor executor, LongFunction<List<Prompt>> prompts);

        /**
         * Goes on with an overlapped run where its latest checkpoint is, as the run that saved it goes on, bit for bit.
         *
         * @param checkpoint the folder that was given to {@link OverlappedTrainer#save}
         * @param overlap as at the run's start
         * @param executor as for {@link #startOverlapped}
         * @param prompts as for {@link #startOverlapped}
         * @return the trainer; close it
         * @throws IllegalArgumentException if there is no checkpoint, or it is of another model, reference, configuration or
         *     overlap, naming the field
         */
        OverlappedTrainer resumeOverlapped(
                Path checkpoint, Overlap overlap, Executor executor, LongFunction<List<Prompt>> prompts);
    }

    /**
     * One step of training: {@code update(grade(collect(prompts)))}, with grading beside sampling.
     *
     * @param prompts the problems of this step, with different ids
     * @return what happened
     * @throws java.util.concurrent.CancellationException if interrupted before the first optimiser step
     * @throws DivergedException if loss or gradient was not finite too often in a row
     * @throws GradingException if too many graders hang, or all gradings failed
     */
    StepReport step(List<Prompt> prompts);

    /**
     * Samples completions.
     *
     * @param prompts the problems, with different ids
     * @return the completions
     */
    Rollouts collect(List<Prompt> prompts);

    /**
     * Grades completions.
     *
     * @param rollouts what was sampled
     * @return the grades
     */
    GradedRollouts grade(Rollouts rollouts);

    /**
     * Adds old log-probabilities, values and reference log-probabilities.
     *
     * @param graded what was sampled and graded
     * @return the numbers
     */
    ScoredRollouts score(GradedRollouts graded);

    /**
     * Makes advantages, returns and weights: a pure function of its argument, the configuration and the present KL coefficient.
     *
     * @param scored what was scored
     * @return what an update learns from
     */
    Experience shape(ScoredRollouts scored);

    /**
     * Learns from graded completions: {@code update(shape(score(graded)))}.
     *
     * @param graded what was sampled and graded
     * @return what happened
     */
    StepReport update(GradedRollouts graded);

    /**
     * Learns from experience, and moves the KL coefficient by its measures.
     *
     * @param experience what to learn from
     * @return what happened
     */
    StepReport update(Experience experience);

    /**
     * Number of steps that were done, those before a resume included; also the cursor of the data.
     *
     * @return &gt;= 0
     */
    long steps();

    /**
     * Where the trainer is; from any thread.
     *
     * @return the phase and how much of it is done
     */
    Progress progress();

    /**
     * What the host gave to {@link #save} in the checkpoint that this run was resumed from, or last gave to it.
     *
     * @return "" at a run's start
     */
    String hostState();

    /**
     * Writes a checkpoint {@code step-000040} into a folder and makes it the latest. The last two and the one with the best mean
     * score since the save before it are kept. That is the score
     * of training: the best by a held-out score are for a {@link dev.reft.ppo.watch.CheckpointShelf} to keep.
     *
     * @param checkpoint the folder of all checkpoints of the run, made if absent
     * @param hostState anything the host wants back on resume
     * @throws java.io.UncheckedIOException if writing fails; earlier checkpoints are as they were
     */
    void save(Path checkpoint, String hostState);

    /** Ends the grading threads and frees an own reference; the second and later calls do nothing. */
    @Override
    void close();
}
