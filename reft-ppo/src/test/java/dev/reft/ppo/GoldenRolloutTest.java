package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Segment;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import dev.reft.math.ClippedSurrogate;
import dev.reft.math.KlController;
import dev.reft.math.KlEstimator;
import dev.reft.model.Evaluation;
import dev.reft.model.Output;
import dev.reft.model.Replicas;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.objective.PpoLoss;
import dev.reft.objective.PpoObjective;
import dev.reft.objective.PpoTargets;
import dev.reft.objective.Sums;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The published ReFT rollout batches, through the trainer's own shaping and objective under {@code PpoConfig.reft()}. */
class GoldenRolloutTest {
    private static final Path TRAINING =
            Path.of(System.getProperty("reft.shared", "../../shared"), "golden", "training");

    @TestFactory
    Stream<DynamicTest> batches() throws Exception {
        Assumptions.assumeTrue(Files.isDirectory(TRAINING), "golden numbers are absent: " + TRAINING);
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> files = Files.list(TRAINING)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
                JsonNode root = JsonMapper.builder().build().readTree(file);
                if (root.path("topic").asString("").equals("reft_rollout")) {
                    for (JsonNode one : root.get("cases")) {
                        tests.add(DynamicTest.dynamicTest(one.get("id").asString(), () -> check(one)));
                    }
                }
            }
        }
        assertTrue(!tests.isEmpty(), "no case of reft_rollout in " + TRAINING);
        return tests.stream();
    }

    private static void check(JsonNode one) {
        JsonNode in = one.get("inputs");
        JsonNode out = one.get("expected");
        PpoConfig config = PpoConfig.reft().toBuilder()
                .kl(new KlPenalty.InReward(
                        KlEstimator.K1, new KlController.Fixed(in.get("kl_coef").asDouble())))
                .build();
        Advantages.Gae gae = (Advantages.Gae) config.advantages();
        ClippedSurrogate clip = (ClippedSurrogate) config.surrogate();
        assertEquals(gae.gamma(), in.get("gamma").asDouble());
        assertEquals(gae.lambda(), in.get("lam").asDouble());
        assertEquals(config.valueCoefficient(), in.get("vf_coef").asDouble());
        assertEquals(clip.low(), in.get("clip").asDouble());
        exact(config, in, out);
        throughRecords(config, in, out);
    }

    private static int start(JsonNode in) {
        return in.get("prompt_len").asInt() - 1;
    }

    private static boolean ended(JsonNode in, int row) {
        JsonNode response = in.get("responses").get(row);
        return response.get(response.size() - 1).asInt() == in.get("eos_id").asInt();
    }

    private static double[] cut(JsonNode row, int from, int count) {
        double[] numbers = new double[count];
        for (int t = 0; t < count; t++) {
            // The state after the end has no column where a row fills the batch; its value counts for nothing here.
            numbers[t] = from + t < row.size() ? row.get(from + t).asDouble() : 0;
        }
        return numbers;
    }

    private static void exact(PpoConfig config, JsonNode in, JsonNode out) {
        int rows = in.get("responses").size();
        Shaping.Sample[] samples = new Shaping.Sample[rows];
        for (int i = 0; i < rows; i++) {
            int n = in.get("responses").get(i).size();
            samples[i] = new Shaping.Sample(
                    true,
                    ended(in, i),
                    in.get("scores").get(i).asDouble(),
                    new double[n],
                    cut(in.get("old_logprobs").get(i), start(in), n),
                    cut(in.get("ref_logprobs").get(i), start(in), n),
                    null,
                    cut(in.get("old_values").get(i), start(in), n + 1),
                    i,
                    0);
        }
        Shaping.Shaped shaped = new Shaping(config, in.get("kl_coef").asDouble()).shape(samples);
        for (int i = 0; i < rows; i++) {
            assertEquals(out.get("seq_kl").get(i).asDouble(), Shaping.sequenceKl(samples[i]), 1e-10);
            for (int t = 0; t < samples[i].oldLogProbs().length; t++) {
                int column = start(in) + t;
                assertEquals(out.get("rewards").get(i).get(column).asDouble(), shaped.rewards()[i][t], 1e-10);
                assertEquals(out.get("advantages").get(i).get(column).asDouble(), shaped.advantages()[i][t], 1e-10);
                assertEquals(out.get("returns").get(i).get(column).asDouble(), shaped.returns()[i][t], 1e-10);
                assertEquals(out.get("whitened").get(i).get(column).asDouble(), shaped.whitened()[i][t], 1e-9);
            }
        }
    }

    private static void throughRecords(PpoConfig config, JsonNode in, JsonNode out) {
        int rows = in.get("responses").size();
        List<Rollouts.Group> groups = new ArrayList<>();
        List<List<Grade>> grades = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            int[] tokens = new int[in.get("responses").get(i).size()];
            for (int t = 0; t < tokens.length; t++) {
                tokens[t] = in.get("responses").get(i).get(t).asInt();
            }
            Completion completion = new Completion(
                    "" + i,
                    0,
                    List.of(new Segment.Sampled(tokens, new float[0], new float[0])),
                    "",
                    ended(in, i) ? Finish.END : Finish.LENGTH);
            int[] prompt = new int[in.get("prompt_len").asInt()];
            groups.add(new Rollouts.Group(Prompt.text("" + i, "", ""), prompt, 1f, List.of(completion)));
            grades.add(List.of(Grade.of(in.get("scores").get(i).asDouble())));
        }
        GradedRollouts graded = new GradedRollouts(new Rollouts(0, groups), grades);
        TokenBatch batch = Rows.batch(graded.rollouts());
        TokenScores old = scores(batch, in.get("old_logprobs"), in.get("old_values"), start(in));
        TokenScores reference =
                new TokenScores(batch, Map.of(Output.LOG_PROB, channel(batch, in.get("ref_logprobs"), start(in), 0)));
        Experience experience = new Shaper(config, in.get("kl_coef").asDouble(), new Team(Replicas.SINGLE))
                .shape(new ScoredRollouts(graded, batch, old, reference));
        PpoLoss loss =
                new PpoLoss(config.surrogate(), config.valueClip(), config.valueCoefficient(), 0, 0, KlEstimator.K2);
        Evaluation evaluation = new PpoObjective(
                        loss,
                        new PpoTargets(
                                experience.oldLogProbs(),
                                experience.oldValues(),
                                null,
                                experience.advantages(),
                                experience.returns(),
                                experience.weights()))
                .evaluate(scores(batch, in.get("new_logprobs"), in.get("new_values"), start(in)));
        assertEquals(out.get("loss").asDouble(), evaluation.loss(), 2e-6 * 5);
        assertEquals(
                out.get("policy_loss").asDouble(), evaluation.sums().getOrDefault(Sums.POLICY_LOSS, Double.NaN), 2e-6);
        assertEquals(
                out.get("value_loss").asDouble(), evaluation.sums().getOrDefault(Sums.VALUE_LOSS, Double.NaN), 2e-6);
        float[][] slopes = evaluation.slopes().channels().getOrDefault(Output.LOG_PROB, new float[0][]);
        float[][] valueSlopes = evaluation.slopes().channels().getOrDefault(Output.VALUE, new float[0][]);
        for (int i = 0; i < rows; i++) {
            for (int t = 0; t < slopes[i].length; t++) {
                int column = start(in) + t;
                assertEquals(out.get("grad_new_logprobs").get(i).get(column).asDouble(), slopes[i][t], 2e-6);
                assertEquals(out.get("grad_new_values").get(i).get(column).asDouble(), valueSlopes[i][t], 1e-5);
            }
            assertEquals(0, valueSlopes[i][slopes[i].length]);
        }
    }

    private static TokenScores scores(TokenBatch batch, JsonNode logProbs, JsonNode values, int start) {
        return new TokenScores(
                batch,
                Map.of(
                        Output.LOG_PROB,
                        channel(batch, logProbs, start, 0),
                        Output.VALUE,
                        channel(batch, values, start, 1)));
    }

    private static float[][] channel(TokenBatch batch, JsonNode rows, int start, int extra) {
        float[][] channel = new float[batch.size()][];
        for (int i = 0; i < channel.length; i++) {
            double[] exact = cut(rows.get(i), start, batch.row(i).scored().length + extra);
            channel[i] = new float[exact.length];
            for (int t = 0; t < exact.length; t++) {
                channel[i][t] = (float) exact[t];
            }
        }
        return channel;
    }
}
