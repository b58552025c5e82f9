package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.math.ImportanceCorrection;
import dev.reft.ppo.Advantages.Deviation;
import dev.reft.ppo.Advantages.ScoreBaseline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Advantages without a critic through the trainer's own shaping: golden numbers, and numbers by hand. */
class GroupShapingTest {
    private static final Path TRAINING =
            Path.of(System.getProperty("reft.shared", "../../shared"), "golden", "training");

    private static PpoConfigBuilder config(Advantages advantages) {
        return PpoConfig.grpo().toBuilder().kl(new KlPenalty.None()).advantages(advantages);
    }

    private static Shaping.Sample sample(double score, int group, double[] credits, double... old) {
        return new Shaping.Sample(true, true, score, credits, old, null, null, new double[old.length + 1], group, 0);
    }

    private static Shaping.Sample sample(double score, int group, int length) {
        return sample(score, group, new double[length], new double[length]);
    }

    @TestFactory
    Stream<DynamicTest> goldenNumbers() throws Exception {
        Assumptions.assumeTrue(Files.isDirectory(TRAINING), "golden numbers are absent: " + TRAINING);
        List<DynamicTest> tests = new ArrayList<>();
        int all = 0;
        try (Stream<Path> files = Files.walk(TRAINING)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
                JsonNode root = JsonMapper.builder().build().readTree(file);
                String topic = root.path("topic").asString("");
                if (topic.equals("group_advantages") || topic.equals("token_advantages")) {
                    for (JsonNode one : root.get("cases")) {
                        all++;
                        // Several rewards a completion are not a choice of the trainer.
                        if (!one.get("inputs").path("kind").asString("").equals("normalize_then_sum")) {
                            tests.add(DynamicTest.dynamicTest(one.get("id").asString(), () -> check(topic, one)));
                        }
                    }
                }
            }
        }
        System.out.println(
                "group_advantages, token_advantages through shaping: " + tests.size() + " of " + all + " cases");
        assertTrue(!tests.isEmpty(), "no case in " + TRAINING);
        return tests.stream();
    }

    private static void check(String topic, JsonNode one) {
        JsonNode in = one.get("inputs");
        JsonNode wanted = one.get("expected").get("advantages");
        PpoConfig config = config(choice(in)).build();
        if (topic.equals("token_advantages")) {
            config = config.toBuilder()
                    .advantageWhitening(PpoConfig.reinforcePlusPlus().advantageWhitening())
                    .build();
        }
        Shaping.Sample[] samples =
                new Shaping.Sample[in.get(in.has("mask") ? "mask" : "groups").size()];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = goldenSample(in, i);
        }
        double[][] given = new Shaping(config, 0).shape(samples).whitened();
        for (int i = 0; i < samples.length; i++) {
            for (int t = 0, n = 0; t < (in.has("mask") ? in.get("mask").get(i).size() : given[i].length); t++) {
                boolean masked = in.has("mask") && in.get("mask").get(i).get(t).asInt() == 0;
                double want = topic.equals("group_advantages")
                        ? wanted.get(i).asDouble()
                        : wanted.get(i).get(t).asDouble();
                assertEquals(want, masked ? 0 : given[i][n++], 1e-10 + 1e-9 * Math.abs(want), i + "," + t);
            }
        }
    }

    private static Advantages choice(JsonNode in) {
        double epsilon = in.path("eps").asDouble(0);
        return switch (in.path("estimator").asString(in.path("kind").asString(""))) {
            case "grpo" -> new Advantages.Group(new Deviation.OfGroup(epsilon, true));
            case "grpo_biased" -> new Advantages.Group(new Deviation.OfGroup(epsilon, false));
            case "grpo_batch_std" -> new Advantages.Group(new Deviation.OfBatch(epsilon));
            case "dr_grpo" -> new Advantages.Group(new Deviation.None());
            case "rloo" -> new Advantages.LeaveOneOut();
            case "opo" -> new Advantages.LengthWeighted();
            case "reinforce_pp" -> new Advantages.ReturnToGo(in.get("gamma").asDouble(), ScoreBaseline.NONE);
            case "reinforce_pp_baseline" -> new Advantages.ReturnToGo(1, ScoreBaseline.GROUP_MEAN);
            default -> throw new AssertionError(in);
        };
    }

    private static Shaping.Sample goldenSample(JsonNode in, int i) {
        if (in.has("token_rewards")) {
            List<Double> rewards = new ArrayList<>();
            for (int t = 0; t < in.get("mask").get(i).size(); t++) {
                if (in.get("mask").get(i).get(t).asInt() != 0) {
                    rewards.add(in.get("token_rewards").get(i).get(t).asDouble());
                }
            }
            double[] credits = rewards.stream().mapToDouble(Double::doubleValue).toArray();
            return sample(0, i, credits, new double[credits.length]);
        }
        int length = in.has("lengths") ? in.get("lengths").get(i).asInt() : 3;
        if (in.has("mask")) {
            length = 0;
            for (JsonNode flag : in.get("mask").get(i)) {
                length += flag.asInt();
            }
        }
        return sample(
                in.get("rewards").get(i).asDouble(), in.get("groups").get(i).asInt(), length);
    }

    @Test
    void theRewardOfACompletionIsAllThatItsTokensGot() {
        // Scores 1 and 0, a process reward of 0.5 on the second's first token, and KL of 0.1 * (1 + 2) on the first.
        PpoConfig config =
                config(new Advantages.LeaveOneOut()).kl(PpoConfig.rloo().kl()).build();
        Shaping.Sample first = new Shaping.Sample(
                true, true, 1, new double[2], new double[] {-1, -1}, new double[] {-2, -3}, null, new double[3], 0, 0);
        Shaping.Sample second = new Shaping.Sample(
                true,
                true,
                0,
                new double[] {0.5, 0},
                new double[] {-1, -1},
                new double[] {-1, -1},
                null,
                new double[3],
                0,
                0);
        double[][] given = new Shaping(config, 0.1)
                .shape(new Shaping.Sample[] {first, second})
                .advantages();
        assertArrayEquals(new double[] {0.2, 0.2}, given[0], 1e-12);
        assertArrayEquals(new double[] {-0.2, -0.2}, given[1], 1e-12);
    }

    /** A group of equal scores is told apart by what else is in the reward: KL under RLOO, after a baseline of the score. */
    @Test
    void equalScoresTeachNothingUnlessTheirPenaltiesDiffer() {
        Shaping.Sample far = new Shaping.Sample(
                true, true, 1, new double[2], new double[] {-1, -1}, new double[] {-2, -3}, null, new double[3], 0, 0);
        Shaping.Sample near = new Shaping.Sample(
                true, true, 1, new double[2], new double[] {-1, -1}, new double[] {-1, -1}, null, new double[3], 0, 0);
        Shaping.Sample[] group = {far, near};
        double[][] rloo = new Shaping(PpoConfig.rloo(), 0.1).shape(group).advantages();
        assertArrayEquals(new double[] {-0.3, -0.3}, rloo[0], 1e-12);
        assertArrayEquals(new double[] {0.3, 0.3}, rloo[1], 1e-12);
        PpoConfig toGo = config(new Advantages.ReturnToGo(1, ScoreBaseline.GROUP_MEAN))
                .kl(PpoConfig.rloo().kl())
                .build();
        double[][] given = new Shaping(toGo, 0.1).shape(group).advantages();
        assertArrayEquals(new double[] {-0.3, -0.2}, given[0], 1e-12);
        assertArrayEquals(new double[2], given[1]);
        for (Advantages choice : List.of(
                new Advantages.Group(Deviation.OfGroup.TRL),
                new Advantages.LeaveOneOut(),
                new Advantages.LengthWeighted(),
                new Advantages.ReturnToGo(1, ScoreBaseline.GROUP_MEAN))) {
            double[][] none =
                    new Shaping(config(choice).build(), 0).shape(group).advantages();
            assertArrayEquals(new double[2], none[0], choice.toString());
            assertArrayEquals(new double[2], none[1], choice.toString());
        }
    }

    @Test
    void aBaselineTakesFromTheScoreAndNotFromThePenalty() {
        Shaping.Sample first = new Shaping.Sample(
                true, true, 1, new double[2], new double[] {-1, -1}, new double[] {-2, -3}, null, new double[3], 0, 0);
        Shaping.Sample second = sample(0, 0, new double[2], -1, -1);
        PpoConfig toGo = config(new Advantages.ReturnToGo(1, ScoreBaseline.GROUP_MEAN))
                .kl(PpoConfig.rloo().kl())
                .build();
        double[][] given = new Shaping(toGo, 0.1)
                .shape(new Shaping.Sample[] {first, second})
                .advantages();
        assertArrayEquals(new double[] {0.5 - 0.3, 0.5 - 0.2}, given[0], 1e-12);
        assertArrayEquals(new double[] {-0.5, -0.5}, given[1], 1e-12);
        PpoConfig gae = PpoConfig.reft().toBuilder()
                .samplesPerPrompt(2)
                .kl(new KlPenalty.None())
                .advantages(new Advantages.Gae(1, 1, Truncation.ZERO, ScoreBaseline.LEAVE_ONE_OUT))
                .build();
        Shaping.Shaped shaped = new Shaping(gae, 0).shape(new Shaping.Sample[] {first, second});
        assertArrayEquals(new double[] {1, 1}, shaped.advantages()[0], 1e-12);
        assertArrayEquals(new double[] {-1, -1}, shaped.returns()[1], 1e-12);
    }

    @Test
    void samplesThatTheirSamplerFoundLikelierCountLess() {
        double[] now = {-1, -1, -3};
        double[] drawn = {-1, -2, -1};
        Shaping.Sample sample = new Shaping.Sample(true, true, 0, new double[3], now, null, drawn, new double[4], 0, 0);
        Shaping.Sample left =
                new Shaping.Sample(false, true, 0, new double[1], new double[1], null, null, new double[2], 0, 0);
        PpoConfig config = config(new Advantages.LeaveOneOut())
                .correction(Optional.of(new ImportanceCorrection.Truncated(0, 2)))
                .build();
        Shaping.Sample[] samples = {sample, left};
        double[][] given = SamplerGap.corrected(config, samples, new double[][] {{1, 1, -3}, {9}});
        assertArrayEquals(new double[] {1, 2, -3 * Math.exp(-2)}, given[0], 1e-12);
        assertArrayEquals(new double[] {9}, given[1]);
        Map<String, Double> measures = new TreeMap<>();
        SamplerGap.measure(config, samples, measures);
        assertEquals((1 + Math.E + Math.exp(-2)) / 3, measures.get("sampler/ratio_mean"), 1e-12);
        assertEquals(Math.E, measures.get("sampler/ratio_max"), 1e-12);
        assertEquals(1.0 / 3, measures.get("sampler/truncated_share"), 1e-12);
        assertEquals((0 - 1 + 2) / 3.0, measures.get("sampler/kl_k1"), 1e-12);
        assertEquals((Math.E - 2 + Math.exp(-2) + 1) / 3, measures.get("sampler/kl_k3"), 1e-12);
        assertEquals(2, measures.get("sampler/logp_gap_max"));
        Shaping.Sample[] silent = {sample(1, 0, 3)};
        String said = assertThrows(
                        IllegalStateException.class,
                        () -> SamplerGap.corrected(config, silent, new double[][] {{1, 1, 1}}))
                .getMessage();
        assertTrue(said.contains("row 0"), said);
    }
}
