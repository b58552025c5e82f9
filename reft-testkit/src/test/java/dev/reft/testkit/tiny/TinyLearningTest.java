package dev.reft.testkit.tiny;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.model.ForwardPass;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Row;
import dev.reft.model.Slopes;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.Training;
import dev.reft.random.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The tiny policy learns what trainers' tests need: by cross-entropy, and by REINFORCE on a checked answer. */
class TinyLearningTest {
    private final Random random = new Random(7);

    private String reversed(String text) {
        return new StringBuilder(text).reverse().toString();
    }

    private String word() {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            word.append((char) ('a' + random.nextInt(6)));
        }
        return word.toString();
    }

    @Test
    void reversesWordsAfterSupervisedTraining() {
        try (Policy policy = TinyModel.of("abcdef>").withContext(12).policy(Training.full(1))) {
            for (int step = 0; step < 250; step++) {
                List<Row> rows = new ArrayList<>();
                for (int i = 0; i < 32; i++) {
                    String word = word();
                    int[] answer = policy.tokenizer().encodeControls(reversed(word) + "<eos>");
                    rows.add(Row.of(policy.tokenizer().encode(word + ">"), answer));
                }
                descend(policy, rows, -1f / (32 * 5));
            }
            int right = 0;
            List<GenerationRequest> requests = new ArrayList<>();
            List<String> words = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                words.add(word());
                requests.add(new GenerationRequest(
                        "" + i,
                        policy.tokenizer().encode(words.get(i) + ">"),
                        new long[] {i},
                        Sampling.GREEDY,
                        6,
                        List.of(),
                        Constraint.NONE));
            }
            for (Completion completion : policy.generate(requests)) {
                right += completion.text().equals(reversed(words.get(Integer.parseInt(completion.request())))) ? 1 : 0;
            }
            assertTrue(right >= 95, right + " of 100 words reversed");
        }
    }

    private static void descend(Policy policy, List<Row> rows, float slope) {
        TokenBatch batch = TokenBatch.of(rows);
        try (ForwardPass pass = policy.forward(batch, Set.of(Output.LOG_PROB))) {
            float[][] slopes = new float[batch.size()][];
            for (int i = 0; i < slopes.length; i++) {
                slopes[i] = new float[batch.row(i).scored().length];
                Arrays.fill(slopes[i], slope);
            }
            pass.backward(new Slopes(Map.of(Output.LOG_PROB, slopes)));
        }
        policy.step(new StepSize(0.01, 0.01, 1));
    }

    @Test
    void addsDigitsAfterReinforcement() {
        try (Policy policy = TinyModel.of("01234+=").withContext(6).policy(Training.full(1))) {
            double mean = 0;
            for (int step = 0; step < 200; step++) {
                mean = reinforce(policy, step);
            }
            assertTrue(mean > 0.9, "mean reward of the last batch " + mean);
        }
    }

    private double reinforce(Policy policy, int step) {
        List<GenerationRequest> requests = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < 18; i++) {
            int a = i % 3;
            int b = i / 3 % 3;
            answers.add("" + (a + b));
            long[] seeds = new long[8];
            for (int s = 0; s < 8; s++) {
                seeds[s] = Seeds.at(1, Seeds.Stream.ROLLOUT, step, "" + i, s);
            }
            requests.add(new GenerationRequest(
                    "" + i,
                    policy.tokenizer().encode(a + "+" + b + "="),
                    seeds,
                    Sampling.at(1),
                    2,
                    List.of(),
                    Constraint.NONE));
        }
        List<Row> rows = new ArrayList<>();
        List<Double> rewards = new ArrayList<>();
        double mean = 0;
        for (Completion completion : policy.generate(requests)) {
            int prompt = Integer.parseInt(completion.request());
            rows.add(Row.of(requests.get(prompt).prompt(), completion.tokens()));
            double reward = completion.text().equals(answers.get(prompt))
                    ? 1
                    : completion.text().startsWith(answers.get(prompt)) ? 0.5 : 0;
            rewards.add(reward);
            mean += reward / 144;
        }
        TokenBatch batch = TokenBatch.of(rows);
        try (ForwardPass pass = policy.forward(batch, Set.of(Output.LOG_PROB, Output.ENTROPY))) {
            float[][] slopes = new float[batch.size()][];
            float[][] entropy = new float[batch.size()][];
            for (int i = 0; i < slopes.length; i++) {
                slopes[i] = new float[batch.row(i).scored().length];
                Arrays.fill(slopes[i], (float) ((baseline(rewards, i / 8) - rewards.get(i)) / 144));
                entropy[i] = new float[slopes[i].length];
                Arrays.fill(entropy[i], -0.05f / 144);
            }
            // The bonus keeps every answer reachable until the right one was tried.
            pass.backward(new Slopes(Map.of(Output.LOG_PROB, slopes, Output.ENTROPY, entropy)));
        }
        policy.step(new StepSize(0.005, 0.005, 1));
        return mean;
    }

    private static double baseline(List<Double> rewards, int group) {
        return rewards.subList(8 * group, 8 * group + 8).stream()
                .mapToDouble(r -> r)
                .average()
                .orElseThrow();
    }
}
