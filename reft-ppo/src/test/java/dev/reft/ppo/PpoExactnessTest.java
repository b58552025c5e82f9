package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.grading.Prompt;
import dev.reft.model.ForwardPass;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.testkit.ForwardingPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Numbers that must be exact: first ratios, repeated runs, cuts of any size. */
class PpoExactnessTest {
    private record Run(List<Map<String, Double>> reports, String state, float[][] logProbs) {}

    private static Run run(PpoConfig config, int steps) {
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .grader(Addition.GRADER)
                        .config(config)
                        .start()) {
            List<Map<String, Double>> reports = new ArrayList<>();
            for (int i = 0; i < steps; i++) {
                reports.add(States.timeless(trainer.step(Addition.prompts())));
            }
            return new Run(reports, States.of(policy), probe(policy));
        }
    }

    static float[][] probe(Policy policy) {
        List<Row> rows = new ArrayList<>();
        for (Prompt prompt : Addition.prompts()) {
            rows.add(Row.of(
                    policy.tokenizer().encode(prompt.id() + "="),
                    policy.tokenizer().encodeControls("4<eos>")));
        }
        return policy.score(TokenBatch.of(rows), Set.of(Output.LOG_PROB)).logProbs();
    }

    @Test
    void firstRatioIsBitForBitOneWhateverTheSplit() {
        for (int miniBatches : new int[] {1, 3}) {
            for (int tokens : new int[] {0, 7, 40}) {
                Run run = run(
                        Addition.config().toBuilder()
                                .miniBatches(miniBatches)
                                .microBatchTokens(tokens)
                                .build(),
                        2);
                for (Map<String, Double> report : run.reports) {
                    assertEquals(0.0, report.get("val/first_ratio_distance"));
                    assertNotEquals(1.0, report.get("val/ratio"), "later ratios move");
                }
            }
        }
    }

    @Test
    void ownLogProbsHaveRatioOneAndSaveNoAccuracy() {
        PpoConfig one = Addition.config().toBuilder().epochs(1).build();
        Run own = run(one.toBuilder().oldLogProbs(new OldLogProbs.Own()).build(), 3);
        Run rescored = run(one, 3);
        assertEquals(1.0, own.reports.get(2).get("val/ratio"));
        // On the tiny policy the sampler's numbers are the forward pass's, so all three sources agree bit for bit.
        assertEquals(rescored.state, own.state);
        assertEquals(
                rescored.state,
                run(one.toBuilder().oldLogProbs(new OldLogProbs.Sampled()).build(), 3).state);
    }

    @Test
    void twoRunsOfOneSeedAreIdenticalAndOfTwoSeedsAreNot() {
        Run first = run(Addition.config(), 4);
        Run second = run(Addition.config(), 4);
        assertEquals(first.reports, second.reports);
        assertEquals(first.state, second.state);
        assertNotEquals(first.state, run(Addition.config().toBuilder().seed(6).build(), 4).state);
    }

    @Test
    void cutsOfAnySizeAgree() {
        PpoConfig config = Addition.config().toBuilder().miniBatches(2).build();
        Run whole = run(config.toBuilder().microBatchTokens(100_000).build(), 3);
        for (int tokens : new int[] {1, 12, 48}) {
            Run cut = run(config.toBuilder().microBatchTokens(tokens).build(), 3);
            for (int i = 0; i < whole.logProbs.length; i++) {
                for (int t = 0; t < whole.logProbs[i].length; t++) {
                    assertEquals(whole.logProbs[i][t], cut.logProbs[i][t], 1e-5 * Math.abs(whole.logProbs[i][t]));
                }
            }
            for (String name :
                    List.of("loss/policy_avg", "loss/value_avg", "policy/approxkl_avg", "gradient/norm_avg")) {
                double wanted = whole.reports.get(2).getOrDefault(name, Double.NaN);
                double given = cut.reports.get(2).getOrDefault(name, Double.NaN);
                assertEquals(wanted, given, 1e-5 * Math.abs(wanted) + 1e-9, name);
            }
        }
    }

    @Test
    void samplesDoNotDependOnHowManyAreGeneratedAtATime() {
        Run many = run(Addition.config(), 2);
        Run few = run(Addition.config().toBuilder().concurrentSamples(1).build(), 2);
        assertEquals(many.state, few.state);
    }

    @Test
    void samplerAndForwardPassAreComparedInTheReport() {
        Map<String, Double> report = run(Addition.config(), 1).reports.get(0);
        assertEquals(0.0, report.get("sampler/logp_gap_max"));
        assertTrue(report.containsKey("sampler/logp_gap_mean"));
    }

    /** An engine whose numbers depend on what else is in the pass, as those of bf16 do. */
    private static final class CutSensitive extends ForwardingPolicy {
        CutSensitive(Policy inner) {
            super(inner);
        }

        @Override
        public ForwardPass forward(TokenBatch batch, Set<Output> wanted) {
            ForwardPass pass = inner().forward(batch, wanted);
            float shift = 1e-3f * batch.size() + 1e-4f * batch.origin(0);
            for (float[] row : pass.scores().channels().getOrDefault(Output.LOG_PROB, new float[0][])) {
                for (int t = 0; t < row.length; t++) {
                    row[t] -= shift;
                }
            }
            return pass;
        }
    }

    @Test
    void firstRatioIsOneEvenWhereNumbersDependOnTheCut() {
        for (int miniBatches : new int[] {1, 4}) {
            try (Policy policy = new CutSensitive(Addition.warmedUp(10));
                    PpoTrainer trainer = PpoTrainer.of(policy)
                            .grader(Addition.GRADER)
                            .config(Addition.config().toBuilder()
                                    .miniBatches(miniBatches)
                                    .microBatchTokens(31)
                                    .build())
                            .start()) {
                StepReport report = trainer.step(Addition.prompts());
                assertEquals(0, report.metric("val/first_ratio_distance"));
                assertTrue(report.metric("sampler/logp_gap_max") > 0, "the sampler does not see the shift");
            }
        }
    }

    @Test
    void miniBatchLossesAverageToTheBatchs() {
        PpoConfig still = Addition.config().toBuilder()
                .policyRate(0)
                .valueRate(0)
                .epochs(1)
                .build();
        Map<String, Double> whole = run(still, 1).reports.get(0);
        Map<String, Double> parts =
                run(still.toBuilder().miniBatches(5).build(), 1).reports.get(0);
        for (String name : List.of("loss/policy_avg", "loss/value_avg")) {
            assertEquals(whole.getOrDefault(name, Double.NaN), parts.getOrDefault(name, Double.NaN), 1e-6, name);
        }
    }

    @Test
    void samplesFollowFromTheStepAndThePrompt() {
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .grader(Addition.GRADER)
                        .config(Addition.config().toBuilder()
                                .policyRate(0)
                                .valueRate(0)
                                .build())
                        .start()) {
            List<String> first = texts(trainer.collect(Addition.prompts()));
            assertEquals(first, texts(trainer.collect(Addition.prompts())));
            List<Prompt> one = List.of(Addition.prompts().get(4));
            assertEquals(first.subList(32, 40), texts(trainer.collect(one)));
            trainer.step(one);
            assertNotEquals(first, texts(trainer.collect(Addition.prompts())));
        }
    }

    private static List<String> texts(Rollouts rollouts) {
        return rollouts.groups().stream()
                .flatMap(g -> g.completions().stream())
                .map(c -> c.text())
                .toList();
    }
}
