package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Segment;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelSpec;
import dev.reft.model.Models;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import dev.reft.testkit.ForwardingPolicy;
import dev.reft.testkit.tiny.TinyProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reward model as a grader. */
class RewardModelGraderTest {
    private static Policy trained() {
        Policy policy = Preferring.policy();
        RewardModelConfig config = RewardModelConfig.trl().withRates(1e-2, 1e-2);
        try (RewardModelTrainer trainer = RewardModelTrainer.start(policy, config)) {
            Batches<PreferencePair> batches = Batches.of(Preferring.training(), 6, 1);
            while (trainer.steps() < 60) {
                trainer.step(batches.at(trainer.steps()));
            }
        }
        return policy;
    }

    private static Completion completion(Policy policy, Response response, Finish finish) {
        int[] text = policy.tokenizer().encode(response.text());
        int[] tokens = finish == Finish.END ? Arrays.copyOf(text, text.length + 1) : text;
        return new Completion(
                "", 0, List.of(new Segment.Sampled(tokens, new float[0], new float[0])), response.text(), finish);
    }

    private static double value(Grade grade) {
        return assertInstanceOf(Grade.Score.class, grade).value();
    }

    @Test
    void gradesAreTheScoresThatWereTrained() throws Exception {
        try (Policy policy = trained();
                Scorer model = Models.shared((Scorer) policy.frozenCopy());
                RewardModelTrainer trainer = RewardModelTrainer.start(policy, RewardModelConfig.trl())) {
            RewardModelGrader grader = RewardModelGrader.of(model);
            double chosen = 0;
            double rejected = 0;
            for (PreferencePair pair : Preferring.heldOut()) {
                Completion good = completion(policy, pair.chosen(), Finish.END);
                Completion bad = completion(policy, pair.rejected(), Finish.END);
                List<Grade> group = grader.group().grade(pair.prompt(), List.of(good, bad));
                assertEquals(value(grader.grade(pair.prompt(), good)), value(group.get(0)));
                assertEquals(value(RewardModelGrader.ofText(model).grade(pair.prompt(), bad)), value(group.get(1)));
                assertTrue(value(group.get(0)) > value(group.get(1)));
                chosen += value(group.get(0));
                rejected += value(group.get(1));
            }
            StepReport report = trainer.evaluate(Preferring.heldOut());
            int n = Preferring.heldOut().size();
            assertEquals(report.metric("rewards/chosen"), chosen / n, 1e-6);
            assertEquals(report.metric("rewards/rejected"), rejected / n, 1e-6);
            assertEquals(1, report.metric("accuracy"));
            assertTrue(report.metric("calibration/ece") < 0.5, report.metrics().toString());
        }
    }

    @Test
    void scoresAreNormalisedToMeanZeroAndDeviationOne() throws Exception {
        try (Policy policy = trained();
                Scorer model = Models.shared((Scorer) policy.frozenCopy());
                RewardModelTrainer trainer = RewardModelTrainer.start(policy, RewardModelConfig.trl())) {
            RewardScale scale = RewardScale.normalising(trainer.evaluate(Preferring.all()));
            RewardModelGrader grader = RewardModelGrader.of(model).withScale(scale);
            double sum = 0;
            double squares = 0;
            for (LabelledResponse example : Preferring.labelled(Preferring.all())) {
                Grade grade = grader.grade(example.prompt(), completion(policy, example.response(), Finish.END));
                sum += value(grade);
                squares += value(grade) * value(grade);
                double plain = ((Grade.Score) grade).parts().get("value");
                assertEquals(value(grade), scale.apply(plain), 1e-12);
            }
            assertEquals(0, sum / 32, 1e-6);
            assertEquals(1, squares / 32, 1e-5);
        }
        assertThrows(IllegalArgumentException.class, () -> RewardScale.normalising(1, 0));
        assertThrows(IllegalArgumentException.class, () -> new RewardScale(0, 1));
    }

    @Test
    void aCompletionThatIsTooLongIsJudgedByWhatFits() throws Exception {
        try (Policy policy = Preferring.policy()) {
            RewardModelGrader grader = RewardModelGrader.of(policy);
            Completion fits = completion(policy, Response.of("a"), Finish.LENGTH);
            Completion long1 = completion(policy, Response.of("aaaaaaaaaaaaaa"), Finish.LENGTH);
            List<Grade> grades = grader.group().grade(Preferring.all().get(0).prompt(), List.of(long1, fits));
            assertInstanceOf(Grade.Score.class, grades.get(1));
            Prompt prompt = Preferring.all().get(0).prompt();
            int room = policy.info().contextLength() - Prompts.encode(policy.tokenizer(), prompt).length;
            assertTrue(long1.tokens().length > room, "the test's completion must not fit");
            Completion start = completion(policy, Response.of("a".repeat(room)), Finish.LENGTH);
            assertEquals(room, start.tokens().length);
            assertEquals(value(grader.grade(prompt, start)), value(grades.get(0)), 1e-6);
            Prompt filling = Prompt.text("filling", "a".repeat(policy.info().contextLength()), "");
            assertInstanceOf(Grade.None.class, grader.grade(filling, fits));
        }
        Training plain = Training.full(1);
        try (Policy without = Preferring.MODEL.policy(new Training(
                new ValueHead.None(), plain.adapter(), plain.optimizer(), plain.seed(), plain.replicas()))) {
            assertThrows(IllegalArgumentException.class, () -> RewardModelGrader.of(without));
            assertThrows(
                    IllegalArgumentException.class, () -> RewardModelTrainer.start(without, RewardModelConfig.tulu3()));
        }
    }

    @Test
    void equalCompletionsAreScoredOnce() throws Exception {
        int[] rows = {0};
        Policy policy = new ForwardingPolicy(trained()) {
            @Override
            public TokenScores score(TokenBatch batch, Set<Output> wanted) {
                rows[0] += batch.size();
                return inner().score(batch, wanted);
            }
        };
        try (policy) {
            Completion a = completion(policy, Response.of("a"), Finish.END);
            Completion again = completion(policy, Response.of("a"), Finish.END);
            Completion cut = completion(policy, Response.of("a"), Finish.LENGTH);
            Completion tooLong = completion(policy, Response.of("aaaaaaaaaaaaaa"), Finish.LENGTH);
            Completion b = completion(policy, Response.of("b"), Finish.END);
            Prompt prompt = Preferring.all().get(0).prompt();
            RewardModelGrader grader = RewardModelGrader.of(policy);
            List<Grade> grades = grader.group().grade(prompt, List.of(a, b, tooLong, again, cut));
            assertEquals(4, rows[0], "an end makes another completion");
            assertEquals(value(grades.get(0)), value(grades.get(3)));
            assertEquals(value(grader.grade(prompt, b)), value(grades.get(1)), 1e-6);
            assertEquals(value(grader.grade(prompt, cut)), value(grades.get(4)), 1e-6);
            assertInstanceOf(Grade.Score.class, grades.get(2));
        }
    }

    @Test
    void manyThreadsGradeAtOnce() throws Exception {
        try (Policy policy = trained();
                Scorer model = Models.shared((Scorer) policy.frozenCopy())) {
            RewardModelGrader grader = RewardModelGrader.of(model);
            List<LabelledResponse> examples = Preferring.labelled(Preferring.all());
            ExecutorService threads = Executors.newFixedThreadPool(8);
            try {
                List<Future<Grade>> grades = new ArrayList<>();
                for (LabelledResponse example : examples) {
                    Completion completion = completion(policy, example.response(), Finish.END);
                    grades.add(threads.submit(() -> grader.grade(example.prompt(), completion)));
                }
                for (int i = 0; i < examples.size(); i++) {
                    Completion completion = completion(policy, examples.get(i).response(), Finish.END);
                    assertEquals(
                            value(grader.grade(examples.get(i).prompt(), completion)),
                            value(grades.get(i).get()),
                            1e-6);
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    @Test
    void aTrainedRewardModelIsACriticToBeginWith(@TempDir Path root) {
        try (Policy rewardModel = trained()) {
            rewardModel.export(root.resolve("reward"));
            ModelSpec spec = new ModelSpec(root.resolve("reward").toString(), "cpu", Precision.FP32, List.of());
            ResponseRows.Pairs rows = new ResponseRows(
                            rewardModel.tokenizer(), rewardModel.info(), SftConfig.reft(), true)
                    .pairs(Preferring.all());
            float[][] wanted =
                    rewardModel.score(rows.batch(), Set.of(Output.VALUE)).values();
            try (LanguageModel opened = new TinyProvider().open(spec)) {
                same(wanted, opened.score(rows.batch(), Set.of(Output.VALUE)).values());
            }
            Training plain = Training.full(9);
            Training separate = new Training(
                    new ValueHead.Separate(spec), plain.adapter(), plain.optimizer(), plain.seed(), plain.replicas());
            try (Policy policy = Preferring.MODEL.policy(separate)) {
                same(wanted, policy.score(rows.batch(), Set.of(Output.VALUE)).values());
            }
        }
    }

    private static void same(float[][] wanted, float[][] given) {
        for (int i = 0; i < wanted.length; i++) {
            assertArrayEquals(wanted[i], given[i]);
        }
    }
}
