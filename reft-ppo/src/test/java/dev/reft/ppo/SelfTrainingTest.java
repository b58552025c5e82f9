package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GradingException;
import dev.reft.model.Policy;
import dev.reft.model.Replicas;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Learning from one's own right answers. */
@Timeout(60)
class SelfTrainingTest {
    private static final Grader GRADER =
            (prompt, completion) -> Grade.of(completion.text().equals(prompt.reference()) ? 1 : 0);

    @TempDir
    Path root;

    private static List<Demonstration> problems() {
        return Addition.prompts().stream()
                .map(prompt -> new Demonstration(prompt, prompt.reference()))
                .toList();
    }

    private static OnlineSelfTrainingConfig config() {
        return OnlineSelfTrainingConfig.reft(2, 3)
                .withAnswers(EvaluationConfig.voting(4, 1, 2, 3))
                .withUpdates(2, 3)
                .with(base -> base.rate(3e-3));
    }

    @Test
    void aBatchHasAsManyOptimiserStepsAsPpos() {
        PpoConfig ppo = PpoConfig.reft();
        OnlineSelfTrainingConfig reft = OnlineSelfTrainingConfig.reft(2, 3);
        assertEquals(ppo.epochs(), reft.epochs());
        assertEquals(ppo.miniBatches(), reft.miniBatches());
        assertThrows(IllegalArgumentException.class, () -> reft.withUpdates(0, 1));
        assertThrows(IllegalArgumentException.class, () -> reft.withUpdates(1, 0));
        try (Policy policy = Addition.warmedUp(10)) {
            try (OnlineSelfTraining trainer = OnlineSelfTraining.start(policy, GRADER, config())) {
                assertEquals(6, trainer.step(problems()).metric("update/optimizer_steps"));
            }
            // One epoch of plain descent in mini-batches is descent on each of them; tokens are those of the batch.
            OnlineSelfTrainingConfig plain = config().withAnswers(EvaluationConfig.voting(1, 1, 1, 3));
            try (OnlineSelfTraining trainer = OnlineSelfTraining.start(policy, GRADER, plain)) {
                StepReport report = trainer.step(problems());
                assertEquals(9, report.metric("examples"));
                assertEquals(18, report.metric("tokens"), "nine digits and their ends, though each was learned twice");
            }
        }
    }

    /** With one token an answer can be right, but has no room to end. */
    @Test
    void whatWasCutOffIsNotLearnedHoweverRightItIs() {
        EvaluationConfig answers = EvaluationConfig.voting(4, 1, 1, 3);
        try (Policy policy = Addition.warmedUp(25)) {
            try (OnlineSelfTraining trainer = OnlineSelfTraining.start(
                    policy, GRADER, config().withAnswers(answers).withGold(false))) {
                StepReport report = trainer.step(problems());
                assertTrue(report.metric("samples/right") > 0);
                assertEquals(0, report.metric("samples/kept"));
                assertEquals(0, report.metric("examples"));
            }
            SelfTrainingSet set = new OfflineSelfTraining(policy, GRADER, answers, 2).sample(Addition.prompts());
            assertTrue(set.counts().get("right") > 0);
            assertEquals(0, set.counts().get("kept"));
        }
    }

    @Test
    void onlineSelfTrainingLearnsFromItsOwnAnswersAlone() {
        try (Policy policy = Addition.warmedUp(25);
                OnlineSelfTraining trainer = OnlineSelfTraining.start(policy, GRADER, config().withGold(false))) {
            double first = 0;
            double last = 0;
            for (int i = 0; i < 60; i++) {
                StepReport report = trainer.step(problems());
                assertEquals(36, report.metric("samples"));
                assertTrue(report.metric("samples/kept") <= report.metric("samples/right"));
                assertEquals(report.metric("samples/kept"), report.metric("examples"));
                first += i < 5 ? report.metric("samples/right") / 5 : 0;
                last += i >= 55 ? report.metric("samples/right") / 5 : 0;
            }
            assertTrue(last > first + 8, "right answers went from " + first + " to " + last);
        }
    }

    @Test
    void solutionsAreLearnedBesideThem() {
        try (Policy policy = Addition.policy();
                OnlineSelfTraining trainer = OnlineSelfTraining.start(policy, GRADER, config())) {
            StepReport report = trainer.step(problems());
            assertEquals(9 + report.metric("samples/kept"), report.metric("examples"));
            for (int i = 0; i < 120; i++) {
                trainer.step(problems());
            }
            assertEquals(9, SftLearningTest.right(policy));
        }
    }

    private static String steps(OnlineSelfTraining trainer, int count) {
        StringBuilder reports = new StringBuilder();
        for (int i = 0; i < count; i++) {
            reports.append(States.timeless(trainer.step(problems())));
        }
        return reports.toString();
    }

    @Test
    void fourStepsStraightAreTwoAndSaveAndResumeAndTwo() {
        String reports;
        String state;
        try (Policy policy = Addition.warmedUp(10);
                OnlineSelfTraining trainer = OnlineSelfTraining.start(policy, GRADER, config())) {
            steps(trainer, 2);
            trainer.save(root, "mine");
            reports = steps(trainer, 2);
            state = States.of(policy);
        }
        try (Policy policy = Addition.policy();
                OnlineSelfTraining trainer = OnlineSelfTraining.resume(policy, GRADER, config(), root)) {
            assertEquals("mine", trainer.hostState());
            assertEquals(reports, steps(trainer, 2));
            assertEquals(state, States.of(policy));
        }
    }

    private record Run(List<Map<String, Double>> reports, float[][] probe) {}

    private static Run run(Replicas replicas) {
        try (Policy policy = Addition.policy(replicas)) {
            Addition.warmUp(policy, 10);
            try (OnlineSelfTraining trainer = OnlineSelfTraining.start(policy, GRADER, config())) {
                List<Map<String, Double>> reports = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    reports.add(States.timeless(trainer.step(problems())));
                }
                return new Run(reports, PpoExactnessTest.probe(policy));
            }
        }
    }

    @Test
    void twoAndThreeReplicasLearnWhatOneProcessLearns() throws Exception {
        Run one = run(Replicas.SINGLE);
        for (int size = 2; size <= 3; size++) {
            for (Run rank : ReplicasTest.together(size, SelfTrainingTest::run)) {
                for (int i = 0; i < one.reports.size(); i++) {
                    Map<String, Double> given = rank.reports.get(i);
                    assertEquals(one.reports.get(i).keySet(), given.keySet());
                    one.reports
                            .get(i)
                            .forEach((name, value) -> assertEquals(
                                    value, given.getOrDefault(name, Double.NaN), 1e-8 * (1 + Math.abs(value)), name));
                }
                for (int i = 0; i < one.probe.length; i++) {
                    for (int t = 0; t < one.probe[i].length; t++) {
                        assertEquals(one.probe[i][t], rank.probe[i][t], 1e-5);
                    }
                }
            }
        }
    }

    @Test
    void failuresAreCountedAndAStepWithoutAnyGradeIsRefused() {
        int[] calls = {0};
        Grader some = (prompt, completion) -> {
            if (completion.sample() == 0) {
                throw new IllegalStateException("down");
            }
            return completion.sample() == 1 ? Grade.none("no") : GRADER.grade(prompt, completion);
        };
        Grader none = (prompt, completion) -> {
            calls[0]++;
            throw new IllegalStateException("down");
        };
        try (Policy policy = Addition.warmedUp(10)) {
            try (OnlineSelfTraining trainer = OnlineSelfTraining.start(policy, some, config())) {
                StepReport report = trainer.step(problems());
                assertEquals(9, report.metric("grade/failed"));
                assertEquals(9, report.metric("grade/none"));
            }
            try (OnlineSelfTraining trainer = OnlineSelfTraining.start(policy, none, config())) {
                assertThrows(GradingException.class, () -> trainer.step(problems()));
                assertTrue(calls[0] > 0);
            }
        }
    }

    @Test
    void anInterruptedStepMayBeRepeated() {
        try (Policy policy = Addition.warmedUp(10);
                Policy calm = Addition.warmedUp(10);
                OnlineSelfTraining trainer = OnlineSelfTraining.start(policy, GRADER, config());
                OnlineSelfTraining other = OnlineSelfTraining.start(calm, GRADER, config())) {
            Thread.currentThread().interrupt();
            assertThrows(CancellationException.class, () -> trainer.step(problems()));
            trainer.step(problems());
            other.step(problems());
            assertEquals(States.of(calm), States.of(policy));
        }
    }

    @Test
    void offlineSelfTrainingKeepsRightAnswersOnceAndAtMostSoMany() throws Exception {
        // Any answer with the right digit first is right, so there are several.
        Grader lenient = (prompt, completion) -> Grade.of(completion.text().startsWith(prompt.reference()) ? 1 : 0);
        try (Policy policy = Addition.warmedUp(12)) {
            EvaluationConfig answers = EvaluationConfig.voting(60, 1, 3, 8);
            SelfTrainingSet set = new OfflineSelfTraining(policy, lenient, answers, 2).sample(Addition.prompts());
            assertEquals(9, set.counts().get("questions"));
            assertEquals(9 * 60, set.counts().get("sampled"));
            assertTrue(set.counts().get("distinct") > set.counts().get("kept"));
            Set<String> texts = new HashSet<>();
            for (SelfTrainingSet.Question question : set.questions()) {
                assertTrue(question.kept().size() <= 2);
                assertTrue(question.right() >= question.distinct());
                for (SelfTrainingSet.Kept kept : question.kept()) {
                    assertTrue(kept.text().startsWith(question.prompt().reference()));
                    assertTrue(texts.add(question.prompt().id() + kept.text()));
                }
            }
            assertEquals(set.counts().get("kept"), set.examples().size());
            // Pieces are the whole.
            List<SelfTrainingSet.Question> pieces = new ArrayList<>();
            OfflineSelfTraining again = new OfflineSelfTraining(policy, lenient, answers, 2);
            pieces.addAll(again.sample(Addition.prompts().subList(4, 9)).questions());
            pieces.addAll(0, again.sample(Addition.prompts().subList(0, 4)).questions());
            assertEquals(set, new SelfTrainingSet(pieces));
            List<SftExample> all = set.with(Addition.examples());
            assertEquals(Addition.examples(), all.subList(0, 9));
            assertTrue(all.size() <= 9 + set.examples().size());
            long gold = set.examples().stream()
                    .filter(e -> Addition.examples().stream()
                            .anyMatch(g -> g.input().equals(e.input())
                                    && g.completion().equals(e.completion())))
                    .count();
            assertTrue(gold > 0, "some of its answers are the solutions");
            assertEquals(9 + set.examples().size() - gold, all.size());
            Path file = root.resolve("audit/own.jsonl");
            set.write(file);
            List<String> lines = Files.readAllLines(file);
            assertEquals(9, lines.size());
            assertTrue(lines.get(0).contains("\"sampled\":60"), lines.get(0));
        }
        assertEquals("a b c", SelfTrainingSet.normalised("  a\n\tb  c\u2003"));
    }
}
