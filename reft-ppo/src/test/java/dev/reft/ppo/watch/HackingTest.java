package dev.reft.ppo.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.math.KlController;
import dev.reft.math.KlEstimator;
import dev.reft.model.Optimizer;
import dev.reft.model.Policy;
import dev.reft.model.Training;
import dev.reft.ppo.EvaluationConfig;
import dev.reft.ppo.Evaluator;
import dev.reft.ppo.GradedRollouts;
import dev.reft.ppo.KlPenalty;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.SftConfig;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.SftTrainer;
import dev.reft.ppo.StepReport;
import dev.reft.testkit.tiny.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A grader that pays for length is hacked, and the watch sees it; an honest one raises no grave warning. */
class HackingTest {
    private static final TinyModel MODEL =
            TinyModel.of("012+=").withContext(24).withSizes(16, 2, 32, 1).withSeed(3);
    private static final int MOST = 16;

    @TempDir
    Path folder;

    private static List<Prompt> prompts() {
        List<Prompt> prompts = new ArrayList<>();
        for (String sum : List.of("0+0=0", "0+1=1", "1+0=1", "1+1=2", "2+0=2", "0+2=2")) {
            prompts.add(Prompt.text(sum, sum.substring(0, 4), sum.substring(4)));
        }
        return prompts;
    }

    private static final Grader EXACT =
            (prompt, completion) -> Grade.of(completion.text().equals(prompt.reference()) ? 1 : 0);

    private static final Grader PAYS_FOR_LENGTH =
            (prompt, completion) -> Grade.of((double) completion.tokens().length / MOST);

    /** What came of a run. */
    private record Run(List<Warning> warnings, BestCheckpoints best) {}

    private Run run(Grader grader, String name) {
        List<Warning> warnings = new ArrayList<>();
        CheckpointShelf shelf = CheckpointShelf.open(folder.resolve(name), BestCheckpoints.KEPT);
        try (Policy policy = MODEL.policy(Training.full(1))) {
            List<SftExample> examples = prompts().stream()
                    .map(p -> SftExample.text(p.id(), p.id().substring(0, 4), p.reference()))
                    .toList();
            try (SftTrainer trainer = SftTrainer.start(
                    policy, SftConfig.reft().toBuilder().rate(5e-3).build())) {
                for (int i = 0; i < 40; i++) {
                    trainer.step(examples);
                }
            }
            policy.restartOptimizer(Optimizer.AdamW.DEFAULT);
            TrainingWatch watch = new TrainingWatch(WatchRule.defaults());
            PpoConfig config = PpoConfig.reft().toBuilder()
                    .maxTokens(MOST)
                    .samplesPerPrompt(8)
                    .policyRate(3e-3)
                    .valueRate(3e-3)
                    .valueCoefficient(0.5)
                    .kl(new KlPenalty.InReward(KlEstimator.K1, new KlController.Fixed(0.001)))
                    .seed(5)
                    .build();
            Evaluator heldOut = new Evaluator(policy, EXACT, EvaluationConfig.greedy(MOST));
            try (PpoTrainer trainer =
                    PpoTrainer.of(policy).grader(grader).config(config).start()) {
                while (trainer.steps() < 40) {
                    GradedRollouts graded = trainer.grade(trainer.collect(prompts()));
                    StepReport report = trainer.update(graded);
                    Observation observation = Observation.of(report).with(RolloutMeasures.of(graded));
                    if (trainer.steps() % 5 == 1) {
                        double score = heldOut.evaluate(prompts()).accuracy();
                        observation = observation.with(HeldOutFalls.HELD_OUT, score);
                        shelf.offer(report.step(), score, to -> trainer.save(to, watch.state()));
                    }
                    warnings.addAll(watch.observe(observation));
                }
            }
        }
        return new Run(warnings, shelf.best());
    }

    @Test
    void theWatchFiresAndAdvisesToGoBack() {
        Run run = run(PAYS_FOR_LENGTH, "hacked");
        List<String> names = run.warnings().stream().map(w -> w.rule().name()).toList();
        assertTrue(names.contains("LengthPays"), run.warnings().toString());
        assertTrue(names.contains("HeldOutFalls watch/held_out"), run.warnings().toString());
        RollBack advice = RollBack.advise(run.warnings(), run.best());
        assertTrue(advice instanceof RollBack.GoBack, advice.toString());
    }

    @Test
    void anHonestGraderRaisesNoGraveWarning() {
        Run run = run(EXACT, "honest");
        assertEquals(
                List.of(),
                run.warnings().stream()
                        .filter(w -> w.rule().remedy() == Remedy.GO_BACK)
                        .filter(w -> !(w.rule() instanceof IdenticalAcross))
                        .map(Warning::toString)
                        .toList());
    }
}
