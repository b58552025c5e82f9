package dev.reft.examples.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.model.Adapter;
import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Replicas;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.SftExample;
import dev.reft.testkit.tiny.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guide's snippets do what the guide says. */
class GuideTest {
    @Test
    void ownGraderReadsTheLastYear() {
        assertEquals(1, score("it was 1914, no, 1915"));
        assertEquals(0.1, score("in 1915 or 1916"));
        assertEquals(0, score("long ago, in 19155"));
    }

    private static double score(String text) {
        Grade grade = new OwnGrader()
                .grade(Prompt.text("q", "When?", "1915"), new Completion("q", 0, List.of(), text, Finish.END));
        return ((Grade.Score) grade).value();
    }

    @Test
    void ownLoopLearns() throws Exception {
        Grader grader = (prompt, completion) -> {
            String text = completion.text();
            return Grade.of(text.chars().filter(c -> c == 'b').count() / 16.0);
        };
        try (Policy policy = TinyModel.of("abcdef>").withContext(24).policy(Training.full(3))) {
            List<Prompt> prompts = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                prompts.add(Prompt.text("p" + i, "abcdef".charAt(i) + ">", ""));
            }
            double first = OwnLoop.step(policy, grader, prompts, 0);
            double last = 0;
            for (int step = 1; step <= 60; step++) {
                last = OwnLoop.step(policy, grader, prompts, step);
            }
            assertTrue(last > first + 0.3, "share of b went from " + first + " to " + last);
        }
    }

    @Test
    void stagesLearnAndGoOnFromTheirCheckpoints(@TempDir Path folder) {
        TinyModel model = TinyModel.of("0123456789+=").withContext(24);
        List<SftExample> examples = new ArrayList<>();
        List<Prompt> prompts = new ArrayList<>();
        for (int a = 0; a < 5; a++) {
            for (int b = 0; b < 5; b++) {
                String question = a + "+" + b + "=";
                examples.add(SftExample.text(question, question, Integer.toString(a + b)));
                prompts.add(Prompt.text(question, question, Integer.toString(a + b)));
            }
        }
        Grader grader = (prompt, completion) -> Grade.of(completion.text().equals(prompt.reference()) ? 1 : 0);
        PpoConfig config = PpoConfig.reft().toBuilder()
                .maxTokens(4)
                .policyRate(1e-3)
                .valueRate(1e-2)
                .build();
        Training training = new Training(
                new ValueHead.Shared(),
                new Adapter.Full(),
                new Optimizer.AdamW(0.9, 0.999, 1e-8, 0),
                1,
                Replicas.SINGLE);
        try (Policy untrained = model.policy(training);
                Policy policy = model.policy(training);
                Policy other = model.policy(training)) {
            Stages.train(policy, examples, prompts, grader, folder, config, 40);
            Stages.train(other, examples, prompts, grader, folder, config, 40); // all is there already
            String sentence = Stages.compare(untrained, policy, prompts, grader);
            assertTrue(sentence.startsWith("from 0"), sentence);
            assertTrue(Double.parseDouble(sentence.split(" ")[3]) > 0.2, sentence);
            assertEquals(sentence, Stages.compare(untrained, other, prompts, grader));
        }
    }

    @Test
    void ownObjectiveHasTheSlopesOfItsLoss() {
        Random random = new Random(5);
        TokenBatch batch =
                TokenBatch.of(List.of(Row.of(new int[] {1}, new int[] {2, 3}), Row.of(new int[] {1}, new int[] {4})));
        TokenBatch cut = batch.select(1, 0);
        float[][] logProbs = {{-random.nextFloat()}, {-random.nextFloat(), -random.nextFloat()}};
        OwnObjective objective = new OwnObjective(new double[] {0.7, -1.3}, 0.25);
        float[][] slopes = objective
                .evaluate(new TokenScores(cut, Map.of(Output.LOG_PROB, logProbs)))
                .slopes()
                .channels()
                .get(Output.LOG_PROB);
        for (int i = 0; i < logProbs.length; i++) {
            for (int t = 0; t < logProbs[i].length; t++) {
                assertEquals(difference(objective, cut, logProbs, i, t), slopes[i][t], 1e-4);
            }
        }
    }

    private static double difference(OwnObjective objective, TokenBatch batch, float[][] at, int i, int t) {
        double step = 1.0 / 64; // exact in a float, and the loss is linear
        double[] losses = new double[2];
        for (int side = 0; side < 2; side++) {
            float[][] moved = {at[0].clone(), at[1].clone()};
            moved[i][t] += (float) (side == 0 ? -step : step);
            losses[side] = objective
                    .evaluate(new TokenScores(batch, Map.of(Output.LOG_PROB, moved)))
                    .loss();
        }
        return (losses[1] - losses[0]) / (2 * step);
    }
}
