package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.model.ForwardPass;
import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Replicas;
import dev.reft.model.TokenBatch;
import dev.reft.testkit.ForwardingPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every trainer on pairs and marked answers. */
@Timeout(120)
class PreferringTrainersTest {
    @TempDir
    Path root;

    static List<Preferring.Kind> kinds() {
        return Preferring.kinds();
    }

    /** BCO's running mean moves with each step and has no slope. */
    static Stream<Preferring.Kind> withoutRunningMean() {
        return kinds().stream().filter(kind -> !kind.name().contains("Bco"));
    }

    /** One of each trainer, and those with state of their own. */
    static Stream<Preferring.Kind> few() {
        return kinds().stream()
                .filter(kind -> !kind.name().contains("[")
                        || kind.name().contains("Bco")
                        || kind.name().contains("0.4")
                        || kind.name().contains("Orpo"));
    }

    private static double accuracy(StepReport report) {
        Map<String, Double> metrics = report.metrics();
        return metrics.containsKey("accuracy")
                ? report.metric("accuracy")
                : metrics.containsKey("rewards/accuracies")
                        ? report.metric("rewards/accuracies")
                        : report.metric("rewards/margins") > 0.5 ? 1 : 0;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void learnsWhatIsPreferredOnPromptsItHasNotSeen(Preferring.Kind kind) {
        try (Policy policy = Preferring.policy();
                Preferring.Handle trainer = kind.open(policy)) {
            Batches<PreferencePair> batches = Batches.of(Preferring.training(), 6, 2);
            double before = trainer.evaluate(Preferring.heldOut()).metric("loss");
            while (trainer.steps() < 60) {
                trainer.step(batches.at(trainer.steps()));
            }
            StepReport after = trainer.evaluate(Preferring.heldOut());
            assertEquals(1, accuracy(after), after.metrics().toString());
            assertTrue(after.metric("loss") < before, before + " became " + after.metrics());
        }
    }

    /** Some way from the reference, plain descent lowers the loss by the rate times the gradient's squared norm. */
    @ParameterizedTest
    @MethodSource("withoutRunningMean")
    void theGradientIsThatOfTheLoss(Preferring.Kind kind) {
        List<PreferencePair> batch = oneForKto(kind);
        double rate = 4e-4;
        try (Policy policy = Preferring.policy();
                Preferring.Handle trainer =
                        kind.open(policy, base -> base.rate(rate).maxGradientNorm(Double.POSITIVE_INFINITY), null)) {
            for (int i = 0; i < 40; i++) {
                trainer.step(batch);
            }
            policy.restartOptimizer(new Optimizer.Sgd());
            double before = trainer.evaluate(batch).metric("loss");
            double norm = trainer.step(batch).metric("gradient/norm");
            double slope = (before - trainer.evaluate(batch).metric("loss")) / rate;
            assertEquals(norm * norm, slope, 0.04 * norm * norm + 1e-3, kind.name());
            assertTrue(norm > 0.01, "norm " + norm);
        }
    }

    private static List<PreferencePair> oneForKto(Preferring.Kind kind) {
        // KTO's reference point moves with the policy and has no slope: with one prompt there is none.
        return kind.name().equals("kto") ? List.of(Preferring.all().get(5)) : Preferring.all();
    }

    @ParameterizedTest
    @MethodSource("few")
    void cutsOfAnySizeAgree(Preferring.Kind kind) {
        float[][] whole = null;
        Map<String, Double> report = null;
        for (int tokens : new int[] {1000, 40, 1}) {
            try (Policy policy = Preferring.policy();
                    Preferring.Handle trainer = kind.open(policy, base -> base.microBatchTokens(tokens), null)) {
                Map<String, Double> last = Map.of();
                for (int i = 0; i < 3; i++) {
                    last = States.timeless(trainer.step(Preferring.weighted(Preferring.all())));
                }
                float[][] probe = probe(policy);
                whole = whole == null ? probe : whole;
                report = report == null ? last : report;
                same(report, last, 1e-6);
                for (int i = 0; i < probe.length; i++) {
                    assertArrayEquals(whole[i], probe[i], 2e-5f);
                }
            }
        }
    }

    private static void same(Map<String, Double> wanted, Map<String, Double> given, double tolerance) {
        assertEquals(wanted.keySet(), given.keySet());
        wanted.forEach((name, value) ->
                assertEquals(value, given.getOrDefault(name, Double.NaN), tolerance * (1 + Math.abs(value)), name));
    }

    private static float[][] probe(Policy policy) {
        ResponseRows.Pairs rows =
                new ResponseRows(policy.tokenizer(), policy.info(), SftConfig.reft(), true).pairs(Preferring.all());
        Map<Output, float[][]> channels = policy.score(rows.batch(), Set.of(Output.LOG_PROB, Output.VALUE))
                .channels();
        List<float[]> all = new ArrayList<>(List.of(channels.get(Output.LOG_PROB)));
        all.addAll(List.of(channels.get(Output.VALUE)));
        return all.toArray(new float[0][]);
    }

    /** Those that learn from pairs; BCO's running mean counts pairs, whatever their weights. */
    static Stream<Preferring.Kind> weighing() {
        return few().filter(kind -> !kind.name().equals("kto")
                && !kind.name().equals("reranker")
                && !kind.name().contains("Bco"));
    }

    @ParameterizedTest
    @MethodSource("weighing")
    void aPairOfWeightThreeIsAsThreePairsOfWeightOne(Preferring.Kind kind) {
        List<PreferencePair> weighted = new ArrayList<>();
        List<PreferencePair> repeated = new ArrayList<>();
        for (PreferencePair pair : Preferring.all()) {
            int times = 1 + weighted.size() % 3;
            weighted.add(pair.withWeight(times / 7.0));
            for (int i = 0; i < times; i++) {
                repeated.add(pair);
            }
        }
        float[][] wanted = null;
        List<Double> losses = new ArrayList<>();
        for (List<PreferencePair> batch : List.of(repeated, weighted)) {
            try (Policy policy = Preferring.policy();
                    Preferring.Handle trainer = kind.open(policy)) {
                for (int i = 0; i < 3; i++) {
                    trainer.step(batch);
                }
                losses.add(trainer.step(batch).metric("loss"));
                float[][] probe = probe(policy);
                wanted = wanted == null ? probe : wanted;
                for (int i = 0; i < probe.length; i++) {
                    assertArrayEquals(wanted[i], probe[i], 5e-5f);
                }
            }
        }
        assertEquals(losses.get(0), losses.get(1), 1e-5);
    }

    @ParameterizedTest
    @MethodSource("weighing")
    void weightsMatterAmongEachOtherOnly(Preferring.Kind kind) {
        String state = null;
        for (double weight : new double[] {1, 1.0 / 36, 1e300, 1e-300}) {
            try (Policy policy = Preferring.policy();
                    Preferring.Handle trainer = kind.open(policy)) {
                trainer.step(
                        Preferring.all().stream().map(p -> p.withWeight(weight)).toList());
                state = state == null ? States.of(policy) : state;
                assertEquals(state, States.of(policy), "weight " + weight);
            }
        }
    }

    private record Run(List<Map<String, Double>> reports, float[][] probe) {}

    private static Run run(Preferring.Kind kind, Replicas replicas) {
        try (Policy policy = Preferring.policy(replicas);
                Preferring.Handle trainer = kind.open(policy)) {
            Batches<PreferencePair> batches = Batches.of(Preferring.weighted(Preferring.training()), 5, 1);
            List<Map<String, Double>> reports = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                reports.add(States.timeless(trainer.step(batches.at(i))));
            }
            reports.add(States.timeless(trainer.evaluate(Preferring.heldOut())));
            return new Run(reports, probe(policy));
        }
    }

    @ParameterizedTest
    @MethodSource("few")
    void twoAndThreeReplicasLearnWhatOneProcessLearns(Preferring.Kind kind) throws Exception {
        Run one = run(kind, Replicas.SINGLE);
        for (int size = 2; size <= 3; size++) {
            for (Run rank : ReplicasTest.together(size, replicas -> run(kind, replicas))) {
                for (int i = 0; i < one.reports.size(); i++) {
                    same(one.reports.get(i), rank.reports.get(i), 1e-9);
                }
                for (int i = 0; i < one.probe.length; i++) {
                    assertArrayEquals(one.probe[i], rank.probe[i], 1e-5f);
                }
            }
        }
    }

    private static String steps(Preferring.Handle trainer, int count) {
        Batches<PreferencePair> batches = Batches.of(Preferring.weighted(Preferring.training()), 5, 1);
        StringBuilder reports = new StringBuilder();
        for (int i = 0; i < count; i++) {
            reports.append(States.timeless(trainer.step(batches.at(trainer.steps()))));
        }
        return reports.toString();
    }

    /** Every kind of loss, so that "resumes exactly" is shown for each. */
    @ParameterizedTest
    @MethodSource("kinds")
    void fourStepsStraightAreTwoAndSaveAndResumeAndTwo(Preferring.Kind kind) {
        String reports;
        String state;
        try (Policy policy = Preferring.policy();
                Preferring.Handle trainer = kind.open(policy)) {
            steps(trainer, 2);
            trainer.save(root);
            reports = steps(trainer, 2);
            state = States.of(policy);
        }
        try (Policy policy = Preferring.policy();
                Preferring.Handle trainer = kind.open(policy, base -> base, root)) {
            assertEquals(2, trainer.steps());
            assertEquals(reports, steps(trainer, 2));
            assertEquals(state, States.of(policy));
        }
        try (Policy policy = Preferring.policy()) {
            IllegalArgumentException other =
                    assertThrows(IllegalArgumentException.class, () -> kind.open(policy, base -> base.rate(0.5), root));
            assertTrue(other.getMessage().contains("base.rate = 0.01"), other.getMessage());
        }
    }

    @ParameterizedTest
    @MethodSource("few")
    void anInterruptedStepMayBeRepeated(Preferring.Kind kind) {
        boolean[] interrupt = {true};
        Policy policy = new ForwardingPolicy(Preferring.policy()) {
            @Override
            public ForwardPass forward(TokenBatch batch, Set<Output> wanted) {
                if (interrupt[0]) {
                    interrupt[0] = false;
                    Thread.currentThread().interrupt();
                }
                return inner().forward(batch, wanted);
            }
        };
        try (policy;
                Policy calm = Preferring.policy();
                Preferring.Handle other = kind.open(calm, base -> base.microBatchTokens(1), null);
                Preferring.Handle trainer = kind.open(policy, base -> base.microBatchTokens(1), null)) {
            assertThrows(CancellationException.class, () -> trainer.step(Preferring.all()));
            trainer.step(Preferring.all());
            other.step(Preferring.all());
            assertEquals(States.of(calm), States.of(policy));
        }
    }

    @ParameterizedTest
    @MethodSource("few")
    void whatDoesNotFitIsSkippedAndCountedOrRefused(Preferring.Kind kind) {
        List<PreferencePair> pairs = List.of(
                Preferring.all().get(0),
                PreferencePair.of(Preferring.all().get(1).prompt(), "a", ""),
                PreferencePair.of(Preferring.all().get(2).prompt(), "aaaaaaaaaaaaaaa", "b"));
        try (Policy policy = Preferring.policy();
                Preferring.Handle trainer = kind.open(policy)) {
            StepReport report = trainer.step(pairs);
            double skipped = report.metrics()
                    .getOrDefault("pairs/skipped", report.metrics().getOrDefault("examples/skipped", -1.0));
            assertEquals(2, skipped, report.metrics().toString());
            StepReport none = trainer.step(List.of(tooLong()));
            assertEquals(2, trainer.steps(), none.metrics().toString());
        }
        try (Policy policy = Preferring.policy();
                Preferring.Handle trainer = kind.open(policy, base -> base.unusable(SftConfig.Unusable.REFUSE), null)) {
            IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> trainer.step(pairs));
            assertTrue(refused.getMessage().contains("'p1'"), refused.getMessage());
        }
    }

    private static PreferencePair tooLong() {
        return PreferencePair.of(Preferring.all().get(2).prompt(), "aaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbb");
    }
}
