package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GradingDesk;
import dev.reft.grading.GroupGrader;
import dev.reft.grading.Prompt;
import dev.reft.model.LanguageModel;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Refreshable;
import dev.reft.model.Sampler;
import dev.reft.model.Scorer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Checks and assembles what a trainer needs. */
final class PpoTrainerBuilder implements PpoTrainer.Builder {
    private final Policy policy;
    private @Nullable Grader grader;
    private @Nullable GroupGrader groupGrader;
    private PpoConfig config = PpoConfig.reft();
    private @Nullable Scorer reference;
    private @Nullable Sampler sampler;
    private @Nullable Executor executor;

    PpoTrainerBuilder(Policy policy) {
        this.policy = policy;
    }

    @Override
    public PpoTrainer.Builder grader(Grader value) {
        grader = value;
        return this;
    }

    @Override
    public PpoTrainer.Builder groupGrader(GroupGrader value) {
        groupGrader = value;
        return this;
    }

    @Override
    public PpoTrainer.Builder config(PpoConfig value) {
        config = value;
        return this;
    }

    @Override
    public PpoTrainer.Builder reference(Scorer value) {
        reference = value;
        return this;
    }

    @Override
    public PpoTrainer.Builder sampler(Sampler value) {
        sampler = value;
        return this;
    }

    @Override
    public PpoTrainer.Builder gradingExecutor(Executor value) {
        executor = value;
        return this;
    }

    @Override
    public PpoTrainer start() {
        return open(null, null);
    }

    @Override
    public PpoTrainer resume(Path checkpoint) {
        return open(checkpoint, null);
    }

    @Override
    public OverlappedTrainer startOverlapped(Overlap overlap, Executor beside, LongFunction<List<Prompt>> prompts) {
        return overlapped(null, overlap, beside, prompts);
    }

    @Override
    public OverlappedTrainer resumeOverlapped(
            Path checkpoint, Overlap overlap, Executor beside, LongFunction<List<Prompt>> prompts) {
        return overlapped(checkpoint, overlap, beside, prompts);
    }

    private OverlappedTrainer overlapped(
            @Nullable Path checkpoint, Overlap overlap, Executor beside, LongFunction<List<Prompt>> prompts) {
        if (overlap.mostBehind() > 0
                && config.correction().isEmpty()
                && !(config.oldLogProbs() instanceof OldLogProbs.Sampled)) {
            throw new IllegalArgumentException(overlap + " learns from samples of older weights: set a correction, or"
                    + " oldLogProbs Sampled; correction is none and oldLogProbs " + config.oldLogProbs());
        }
        SamplerWeights.Source source;
        if (sampler == null) {
            source = SamplerWeights.copies(policy);
        } else if (sampler instanceof Refreshable refreshable) {
            source = SamplerWeights.exports(policy, sampler, refreshable);
        } else {
            throw new IllegalArgumentException(
                    "sampler " + sampler.info().id()
                            + " is not Refreshable, so it would never get new weights; without a sampler frozen copies are used");
        }
        DefaultPpoTrainer trainer = open(checkpoint, overlap);
        GradingDesk desk = new GradingDesk(graders(), config.grading(), executor);
        return new OverlappedTrainer(trainer, policy, overlap, beside, prompts, desk, source);
    }

    private DefaultPpoTrainer open(@Nullable Path checkpoint, @Nullable Overlap overlap) {
        GroupGrader graders = graders();
        requireCorrection();
        requireOutput(Output.LOG_PROB);
        if (config.advantages().valued()) {
            requireOutput(Output.VALUE);
        }
        if (config.criticWarmup().steps() > 0 && !config.criticWarmup().separateCritic()) {
            requireOutput(Output.DETACHED_VALUE);
        }
        boolean needed = !(config.kl() instanceof KlPenalty.None);
        LanguageModel copy = needed && reference == null ? policy.frozenCopy() : null;
        DefaultPpoTrainer trainer = new DefaultPpoTrainer(
                policy,
                sampler == null ? policy : sampler,
                !needed ? null : reference == null ? copy : reference,
                copy,
                config,
                grader == null,
                new GradingDesk(graders, config.grading(), executor),
                overlap);
        if (checkpoint != null) {
            try {
                trainer.restore(checkpoint);
            } catch (RuntimeException | Error e) {
                trainer.close();
                throw e;
            }
        }
        return trainer;
    }

    private GroupGrader graders() {
        if ((grader == null) == (groupGrader == null)) {
            throw new IllegalStateException(
                    "set exactly one of grader and groupGrader; " + (grader == null ? "none is" : "both are") + " set");
        }
        if (groupGrader != null) {
            return groupGrader;
        }
        Grader one = grader;
        return new GroupGrader() {
            @Override
            public List<Grade> grade(Prompt prompt, List<Completion> group) throws Exception {
                Grade grade = one == null ? null : one.grade(prompt, group.get(0));
                if (grade == null) {
                    throw new IllegalStateException("the grader returned null");
                }
                return List.of(grade);
            }
        };
    }

    /** What another model samples is off the policy, however close both are: rounding alone adds up over a completion. */
    private void requireCorrection() {
        if (sampler != null
                && sampler != policy
                && config.correction().isEmpty()
                && !(config.oldLogProbs() instanceof OldLogProbs.Sampled)) {
            throw new IllegalArgumentException("sampler " + sampler.info().id() + " is not the policy "
                    + policy.info().id()
                    + " that is trained, and what they differ would go uncorrected: set a correction,"
                    + " such as ImportanceCorrection.Truncated(0, 2), or oldLogProbs Sampled; correction is none and"
                    + " oldLogProbs " + config.oldLogProbs());
        }
    }

    private void requireOutput(Output output) {
        if (!policy.info().outputs().contains(output)) {
            throw new IllegalArgumentException("policy " + policy.info().id() + " does not give " + output
                    + ", which advantages " + config.advantages() + " need; it gives "
                    + policy.info().outputs()
                    + ". Open it with a value head (Training.valueHead), or choose advantages without values");
        }
    }
}
