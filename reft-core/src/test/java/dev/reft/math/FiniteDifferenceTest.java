package dev.reft.math;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every slope against central differences of its loss. */
class FiniteDifferenceTest {
    private static final double STEP = 1e-5;
    private final Random random = new Random(7);

    private static void slope(String what, DoubleUnaryOperator loss, double at, double slope) {
        double difference = (loss.applyAsDouble(at + STEP) - loss.applyAsDouble(at - STEP)) / (2 * STEP);
        assertEquals(difference, slope, 1e-6 + 1e-6 * Math.abs(slope), () -> what + " at " + at);
    }

    private double between(double low, double high) {
        return low + (high - low) * random.nextDouble();
    }

    @Test
    void clippedSurrogate() {
        ClippedSurrogate form = new ClippedSurrogate(0.2, 0.28, 2, 1.5);
        int clipped = 0;
        for (int k = 0; k < 500; k++) {
            double old = between(-4, -1);
            double logProb = old + between(-2, 2);
            double advantage = between(-2, 2);
            if (nearAKink(form, logProb - old)) {
                continue;
            }
            clipped += form.slope(logProb, old, advantage) == 0 ? 1 : 0;
            slope("surrogate", x -> form.loss(x, old, advantage), logProb, form.slope(logProb, old, advantage));
        }
        assertEquals(true, clipped > 100 && clipped < 450, "both sides of the clip were tried: " + clipped);
    }

    private static boolean nearAKink(ClippedSurrogate form, double logRatio) {
        for (double kink :
                new double[] {Math.log(1 - form.low()), Math.log(1 + form.high()), Math.log(form.dual()), 1.5, -1.5}) {
            if (Math.abs(logRatio - kink) < 10 * STEP) {
                return true;
            }
        }
        return false;
    }

    @Test
    void clippedValue() {
        ClippedValue form = new ClippedValue(0.2);
        for (int k = 0; k < 300; k++) {
            double old = between(-1, 1);
            double value = old + between(-0.5, 0.5);
            double target = between(-1, 1);
            slope("value", x -> form.loss(x, old, target), value, form.slope(value, old, target));
            slope(
                    "unclipped value",
                    x -> ClippedValue.UNCLIPPED.loss(x, old, target),
                    value,
                    ClippedValue.UNCLIPPED.slope(value, old, target));
        }
    }

    @ParameterizedTest
    @EnumSource(KlEstimator.class)
    void klEstimators(KlEstimator estimator) {
        // K3_PLUS is given the slope of K2 on purpose.
        KlEstimator loss = estimator == KlEstimator.K3_PLUS ? KlEstimator.K2 : estimator;
        for (int k = 0; k < 200; k++) {
            double reference = between(-4, -0.1);
            double logProb = reference + between(-2, 2);
            slope(estimator.name(), x -> loss.value(x, reference), logProb, estimator.slope(logProb, reference));
            if (estimator != KlEstimator.K3_PLUS) {
                slope(
                        estimator + " bounded",
                        x -> loss.value(x, reference, 1.5, 1),
                        logProb,
                        estimator.slope(logProb, reference, 1.5, 1));
            }
        }
    }

    @Test
    void categorical() {
        for (int k = 0; k < 20; k++) {
            double[] logits = random.doubles(6, -3, 3).toArray();
            double temperature = between(0.5, 2);
            double[] entropySlopes = Categorical.entropySlope(logits, temperature);
            double[] logProbSlopes = Categorical.logProbSlope(logits, 2, temperature);
            for (int i = 0; i < logits.length; i++) {
                int at = i;
                slope(
                        "entropy",
                        x -> Categorical.entropy(with(logits, at, x), temperature),
                        logits[i],
                        entropySlopes[i]);
                slope(
                        "log-prob",
                        x -> Categorical.logProbs(with(logits, at, x), temperature)[2],
                        logits[i],
                        logProbSlopes[i]);
            }
        }
    }

    @Test
    void sequenceSurrogate() {
        SequenceSurrogate form = new SequenceSurrogate(ClippedSurrogate.symmetric(0.1));
        for (int k = 0; k < 100; k++) {
            double[] old = random.doubles(5, -3, -0.5).toArray();
            double[] logProbs = old.clone();
            java.util.Arrays.setAll(logProbs, t -> old[t] + between(-0.3, 0.3));
            double advantage = between(-1, 1);
            slope(
                    "GSPO",
                    x -> form.loss(with(logProbs, 3, x), old, advantage),
                    logProbs[3],
                    form.slope(logProbs, old, advantage));
        }
    }

    @Test
    void cispoHoldsItsWeightFast() {
        WeightedLogProb form = new WeightedLogProb(0.28);
        double weight = Math.min(Math.exp(0.1), 1.28);
        slope("CISPO", x -> -weight * 0.7 * x, -1, form.slope(-1, -1.1, 0.7));
        assertEquals(-1.28 * 0.7, form.slope(-1, -2, 0.7), 1e-12);
    }

    static Stream<PreferenceLoss> preferenceLosses() {
        return List.<PreferenceLoss>of(
                new PreferenceLoss.Logistic(0.3, 0.1, false),
                new PreferenceLoss.Logistic(3, 0, true),
                new PreferenceLoss.Robust(0.3, 0.1),
                new PreferenceLoss.Hinge(0.3),
                new PreferenceLoss.Ipo(0.3, false),
                new PreferenceLoss.Ipo(0.3, true),
                new PreferenceLoss.SimPo(2, 0.5),
                new PreferenceLoss.Orpo(0.3),
                new PreferenceLoss.Cpo(0.3, 0.1),
                new AnchoredPreference.ApoZero(0.3),
                new AnchoredPreference.ApoDown(0.3),
                new AnchoredPreference.NcaPair(0.3),
                new AnchoredPreference.BcoPair(0.3, 0.2),
                new AnchoredPreference.SppoHard(0.3),
                new AnchoredPreference.ExoPair(0.3, 0.1),
                new AnchoredPreference.DiscoPop(0.3, 0.5))
                .stream();
    }

    @ParameterizedTest
    @MethodSource("preferenceLosses")
    void preference(PreferenceLoss form) {
        for (int k = 0; k < 50; k++) {
            Preference p = new Preference(
                    between(-9, -5), between(-9, -5), between(-9, -5), between(-9, -5), 1 + random.nextInt(6), 4);
            Preference.Result result = form.of(p);
            slope("chosen", x -> form.of(chosen(p, x)).loss(), p.chosen(), result.chosenSlope());
            slope("rejected", x -> form.of(rejected(p, x)).loss(), p.rejected(), result.rejectedSlope());
        }
    }

    private static Preference chosen(Preference p, double x) {
        return new Preference(
                x, p.rejected(), p.referenceChosen(), p.referenceRejected(), p.chosenLength(), p.rejectedLength());
    }

    private static Preference rejected(Preference p, double x) {
        return new Preference(
                p.chosen(), x, p.referenceChosen(), p.referenceRejected(), p.chosenLength(), p.rejectedLength());
    }

    @Test
    void ktoAndRewardModel() {
        KtoLoss kto = new KtoLoss(0.4, 1.2, 0.8);
        for (int k = 0; k < 100; k++) {
            double x = between(-3, 3);
            double y = between(-3, 3);
            for (boolean mark : new boolean[] {true, false}) {
                slope("KTO", r -> kto.loss(r, mark, 0.3), x, kto.slope(x, mark, 0.3));
                slope("BCE", r -> RewardModelLoss.binary(r, mark), x, RewardModelLoss.binarySlope(x, mark));
            }
            Preference.Result pair = RewardModelLoss.pair(x, y, 0.5, 0.02);
            slope("pair", c -> RewardModelLoss.pair(c, y, 0.5, 0.02).loss(), x, pair.chosenSlope());
            slope("pair", r -> RewardModelLoss.pair(x, r, 0.5, 0.02).loss(), y, pair.rejectedSlope());
        }
    }

    private static double[] with(double[] numbers, int at, double x) {
        double[] copy = numbers.clone();
        copy[at] = x;
        return copy;
    }
}
