package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.GradingDesk;
import dev.reft.grading.GradingException;
import dev.reft.grading.Prompt;
import dev.reft.math.KlController;
import dev.reft.model.LanguageModel;
import dev.reft.model.Policy;
import dev.reft.model.Sampler;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The stages in a line, and the state that lives from step to step. */
final class DefaultPpoTrainer implements PpoTrainer {
    private final Policy policy;
    private final Sampler sampler;
    private final @Nullable Scorer reference;
    private final @Nullable LanguageModel ownReference;
    private final PpoConfig config;
    private final boolean groups;
    private final GradingDesk desk;
    private final @Nullable Overlap overlap;
    private final Collecting collecting;
    private final Team team;
    private final Lifecycle lifecycle;
    private final Stopwatch watch = new Stopwatch();
    private final TrainerState state;

    private volatile long steps;

    DefaultPpoTrainer(
            Policy policy,
            Sampler sampler,
            @Nullable Scorer reference,
            @Nullable LanguageModel ownReference,
            PpoConfig config,
            boolean groups,
            GradingDesk desk,
            @Nullable Overlap overlap) {
        this.policy = policy;
        this.sampler = sampler;
        this.reference = reference;
        this.ownReference = ownReference;
        this.config = config;
        this.groups = groups;
        this.desk = desk;
        this.overlap = overlap;
        team = new Team(policy.replicas());
        collecting = new Collecting(policy.tokenizer(), config, team);
        lifecycle = new Lifecycle("PpoTrainer", policy, this::abandon);
        state = new TrainerState(initialCoefficient(config));
    }

    private static double initialCoefficient(PpoConfig config) {
        KlController control = config.kl() instanceof KlPenalty.InReward in
                ? in.control()
                : config.kl() instanceof KlPenalty.InLoss in ? in.control() : null;
        return control == null ? 0 : control.initial();
    }

    @Override
    public StepReport step(List<Prompt> prompts) {
        return call("step", () -> {
            StepGrading grading = grading();
            Rollouts rollouts = collectAll(prompts, grading);
            return updateAll(shapeAll(scoreAll(finish(grading, rollouts))));
        });
    }

    @Override
    public Rollouts collect(List<Prompt> prompts) {
        return call("collect", () -> {
            return collectAll(prompts, (prompt, completion) -> {});
        });
    }

    @Override
    public GradedRollouts grade(Rollouts rollouts) {
        return call("grade", () -> {
            StepGrading grading = grading();
            for (int g = 0; g < rollouts.groups().size(); g++) {
                if (team.owns(g)) {
                    Rollouts.Group group = rollouts.groups().get(g);
                    grading.begin(g, group.prompt(), group.completions().size());
                    for (int s = 0; s < group.completions().size(); s++) {
                        grading.submit(g, s, group.completions().get(s));
                    }
                }
            }
            return finish(grading, rollouts);
        });
    }

    @Override
    public ScoredRollouts score(GradedRollouts graded) {
        return call("score", () -> scoreAll(graded));
    }

    @Override
    public Experience shape(ScoredRollouts scored) {
        return call("shape", () -> shapeAll(scored));
    }

    @Override
    public StepReport update(GradedRollouts graded) {
        return call("update", () -> updateAll(shapeAll(scoreAll(graded))));
    }

    @Override
    public StepReport update(Experience experience) {
        return call("update", () -> updateAll(experience));
    }

    private StepGrading grading() {
        return grading(desk);
    }

    private Rollouts collectAll(List<Prompt> prompts, Collector.Listener listener) {
        List<int[]> encoded = collecting.encode(sampler, prompts);
        long total = (long) collecting.mine(prompts.size()).size() * config.samplesPerPrompt();
        lifecycle.progress("generate", 0, total);
        Rollouts rollouts = collecting.share(
                state.steps,
                prompts,
                encoded,
                () -> collecting.own(
                        sampler,
                        state.steps,
                        prompts,
                        encoded,
                        listener,
                        (phase, done) -> lifecycle.progress(phase, done, total),
                        () -> {
                            Interrupts.check();
                            desk.poll();
                        }));
        watch.lap("generate");
        return rollouts;
    }

    /** A step whose samples are drawn elsewhere: {@code own} waits for this rank's, whose gradings are under way. */
    StepReport step(List<Prompt> prompts, List<int[]> encoded, Supplier<Completion[][]> own, StepGrading grading) {
        return call("step", () -> {
            lifecycle.progress("generate", 0, 0);
            Rollouts rollouts = collecting.share(state.steps, prompts, encoded, own);
            watch.lap("generate");
            return updateAll(shapeAll(scoreAll(finish(grading, rollouts))));
        });
    }

    /** What an overlapped trainer samples with. */
    Collecting collecting() {
        return collecting;
    }

    /** Gradings at another desk than this trainer's own, so that a cancelled step leaves them alone. */
    StepGrading grading(GradingDesk other) {
        return new StepGrading(other, team, groups, lifecycle::progress);
    }

    private GradedRollouts finish(StepGrading grading, Rollouts rollouts) {
        GradedRollouts graded = grading.finish(rollouts);
        watch.lap("grade");
        return graded;
    }

    private ScoredRollouts scoreAll(GradedRollouts graded) {
        checkNotAllFailed(graded);
        TokenBatch batch = Rows.batch(graded.rollouts());
        boolean[] counted = Shaper.counted(graded, config);
        Plan plan = plan(batch, counted, graded.rollouts().step());
        lifecycle.progress("score", 0, plan.counted());
        ScoredRollouts scored = new Scoring(
                        policy,
                        reference,
                        config,
                        team,
                        (phase, done) -> lifecycle.progress(phase, done, plan.counted()))
                .score(graded, plan, batch);
        watch.lap("score");
        return scored;
    }

    private static void checkNotAllFailed(GradedRollouts graded) {
        List<Grade> grades = graded.flat();
        if (!grades.isEmpty() && grades.stream().allMatch(g -> g instanceof Grade.Failed)) {
            Exception cause = ((Grade.Failed) grades.get(0)).cause();
            throw new GradingException(
                    "all " + grades.size() + " gradings of step "
                            + graded.rollouts().step() + " failed, the first with " + cause,
                    cause);
        }
    }

    private Plan plan(TokenBatch batch, boolean[] counted, long step) {
        int tokens = config.microBatchTokens() == 0 ? policy.info().tokensPerPass() : config.microBatchTokens();
        return new Plan(batch, counted, config, tokens, step, team);
    }

    private Experience shapeAll(ScoredRollouts scored) {
        Experience experience = new Shaper(config, state.klCoefficient, team).shape(scored);
        watch.lap("shape");
        return experience;
    }

    private StepReport updateAll(Experience experience) {
        TokenBatch batch = experience.batch();
        boolean[] counted = new boolean[batch.size()];
        for (int i = 0; i < counted.length; i++) {
            for (float weight : experience.weights()[i]) {
                counted[i] |= weight != 0;
            }
            for (float weight : experience.valueWeights()[i]) {
                counted[i] |= weight != 0;
            }
        }
        Plan plan = plan(batch, counted, experience.step());
        long total = (long) config.epochs() * plan.miniBatches();
        lifecycle.progress("update", 0, total);
        Update update = new Update(
                policy,
                config,
                team,
                experience,
                plan,
                state.klCoefficient,
                state.steps,
                state.skippedInARow,
                (phase, done) -> lifecycle.progress(phase, done, total));
        try {
            update.run(plan);
        } catch (RuntimeException | Error e) {
            if (update.started()) {
                lifecycle.tear();
            }
            throw e;
        }
        watch.lap("update");
        return report(experience, update);
    }

    private StepReport report(Experience experience, Update update) {
        Map<String, Double> metrics = new TreeMap<>(experience.measures());
        update.report(metrics);
        metrics.put("grade/stuck", (double) desk.stuck());
        metrics.put("grade/timeouts", (double) desk.timeouts());
        watch.drain(metrics);
        double rows = metrics.getOrDefault("rows", 0.0);
        metrics.put("episode", (double) (state.episodes + (long) rows));
        metrics.put("eps", rows / Math.max(1e-9, metrics.getOrDefault("time/total_s", 0.0)));
        StepReport report = new StepReport(state.steps, metrics);
        if (update.diverged()) {
            lifecycle.tear();
            throw new DivergedException(
                    "step " + state.steps + ": loss or gradient was not finite in " + update.skippedInARow()
                            + " optimiser steps in a row",
                    report);
        }
        state.klCoefficient = Update.nextCoefficient(config, state.klCoefficient, experience.measures());
        state.skippedInARow = update.skippedInARow();
        state.episodes += (long) rows;
        state.score(experience.measures().get("objective/scores"));
        steps = ++state.steps;
        return report;
    }

    private <T> T call(String operation, Supplier<T> work) {
        return lifecycle.call(operation, () -> {
            watch.skip();
            return work.get();
        });
    }

    /** Ends what the failed call left running. */
    private void abandon() {
        desk.cancel();
        watch.drain(new TreeMap<>());
    }

    @Override
    public long steps() {
        return steps;
    }

    @Override
    public Progress progress() {
        return lifecycle.progress();
    }

    @Override
    public String hostState() {
        return state.hostState;
    }

    @Override
    public void save(Path checkpoint, String hostState) {
        call("save", () -> {
            lifecycle.progress("save", 0, 1);
            team.exchange(out -> {
                if (team.rank() == 0) {
                    new Checkpoints(checkpoint).write(state.steps, fields(hostState), policy::saveState);
                }
            });
            state.saved(hostState);
            return true;
        });
    }

    private Map<String, Object> fields(String hostState) {
        Map<String, Object> fields = state.fields(hostState);
        fields.put("kind", "ppo");
        fields.put("model", Descriptions.model(policy.info()));
        fields.put("config", Descriptions.of(config));
        fields.put("overlap", Descriptions.of(Optional.ofNullable(overlap)));
        if (reference != null) {
            fields.put("reference", Fingerprint.of(reference));
        }
        return fields;
    }

    /** Goes on where the latest checkpoint of a folder is. */
    void restore(Path root) {
        Checkpoints.Saved saved = new Checkpoints(root).read();
        CheckpointFields fields = new CheckpointFields(saved.fields());
        Descriptions.requireSame("kind", fields.tree("kind"), "ppo");
        Descriptions.requireSame("model", fields.tree("model"), Descriptions.model(policy.info()));
        Descriptions.requireSame("config", OldConfigs.today(fields.tree("config")), Descriptions.of(config));
        Object before = saved.fields().getOrDefault("overlap", "none");
        Descriptions.requireSame("overlap", before, Descriptions.of(Optional.ofNullable(overlap)));
        if (reference != null) {
            Fingerprint.requireSame(fields.numbers("reference"), reference);
        }
        policy.restoreState(saved.policy());
        state.restore(fields);
        steps = state.steps;
    }

    @Override
    public void close() {
        lifecycle.close(() -> {
            desk.close();
            if (ownReference != null) {
                ownReference.close();
            }
        });
    }
}
