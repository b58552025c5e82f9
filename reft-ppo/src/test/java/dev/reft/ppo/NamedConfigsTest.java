package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.reft.math.Aggregation;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What each named configuration has other than ReFT's, so that no default changes unseen. */
class NamedConfigsTest {
    private static final String VALUELESS = "epochs=1, policyRate=1.0E-6, valueCoefficient=0.0, valueRate=0.0";

    private static String differences(PpoConfig config) {
        Map<?, ?> reft = (Map<?, ?>) Descriptions.of(PpoConfig.reft());
        Map<String, String> differing = new TreeMap<>();
        ((Map<?, ?>) Descriptions.of(config)).forEach((name, value) -> {
            if (!Objects.equals(value, reft.get(name))) {
                differing.put(String.valueOf(name), String.valueOf(value));
            }
        });
        return differing.toString();
    }

    private static String group(double epsilon) {
        return "advantages={type=Group, deviation={type=OfGroup, epsilon=" + epsilon + ", unbiased=true}}";
    }

    private static String clip(double low, double high) {
        return "{type=ClippedSurrogate, low=" + low + ", high=" + high + ", dual=Infinity, logRatioBound=Infinity}";
    }

    private static String inLoss(String estimator, double coefficient) {
        return "kl={type=InLoss, estimator=" + estimator + ", control={type=Fixed, initial=" + coefficient + "}}";
    }

    @Test
    void tulu3() {
        assertEquals(
                "{aggregation={type=TokenMean}, epochs=4, maxTokens=2048, missingEnd={type=Replace, score=-10.0},"
                        + " policySchedule={type=Linear, warmup=0, total=446}, scorePlacement=AFTER_LAST_TOKEN,"
                        + " valueCoefficient=0.1, valueSchedule={type=Linear, warmup=0, total=446}}",
                differences(PpoConfig.tulu3()));
    }

    @Test
    void grpoAndItsRelatives() {
        String grpo = "advantageWhitening=none, " + group(1e-4) + ", epochs=1, " + inLoss("K3", 0.04);
        String rest = "policyRate=1.0E-6, samplesPerPrompt=8, valueCoefficient=0.0, valueRate=0.0}";
        assertEquals("{" + grpo + ", maxTokens=1024, " + rest, differences(PpoConfig.grpo()));
        assertEquals(
                "{advantageWhitening=none, " + group(1e-4) + ", epochs=1, " + inLoss("K3", 0.01)
                        + ", maxTokens=2048, policyRate=5.0E-7, samplesPerPrompt=16, valueCoefficient=0.0, valueRate=0.0}",
                differences(PpoConfig.tulu31()));
        assertEquals(
                "{advantageWhitening=none, advantages={type=Group, deviation={type=None}},"
                        + " aggregation={type=FixedLength, length=3000.0}, epochs=1, kl={type=None}, maxTokens=3000, "
                        + rest,
                differences(PpoConfig.drGrpo()));
        assertEquals(
                "{advantageWhitening=none, " + group(1e-6) + ", aggregation={type=TokenMean}, epochs=1, kl={type=None},"
                        + " maxTokens=20480, miniBatches=16, overlong={type=Soft, buffer=4096, factor=1.0},"
                        + " policyRate=1.0E-6, policySchedule={type=Constant, warmup=20}, samplesPerPrompt=16,"
                        + " surrogate=" + clip(0.2, 0.28) + ", valueCoefficient=0.0, valueRate=0.0}",
                differences(PpoConfig.dapo()));
        assertEquals(
                "{advantageWhitening=none, " + group(1e-4)
                        + ", epochs=1, kl={type=None}, maxTokens=1024, miniBatches=4,"
                        + " policyRate=1.0E-6, samplesPerPrompt=8, surrogate={type=SequenceSurrogate, clip="
                        + clip(3e-4, 4e-4) + ", pooling=MEAN}, valueCoefficient=0.0, valueRate=0.0}",
                differences(PpoConfig.gspo()));
        assertEquals(
                "{advantageWhitening=none, " + group(1e-4) + ", aggregation={type=TokenMean}, epochs=1, kl={type=None},"
                        + " maxTokens=1024, policyRate=1.0E-6, samplesPerPrompt=8,"
                        + " surrogate={type=WeightedLogProb, high=4.0}, valueCoefficient=0.0, valueRate=0.0}",
                differences(PpoConfig.cispo()));
    }

    @Test
    void drGrpoDividesByTheLongestCompletionOfTheRun() {
        PpoConfig shorter = PpoConfig.drGrpo().toBuilder().maxTokens(256).build();
        assertEquals(new Aggregation.FixedLength(256), shorter.aggregation());
        assertEquals(
                new Aggregation.FixedLength(512),
                shorter.toBuilder().maxTokens(512).build().aggregation());
        Aggregation own = new Aggregation.FixedLength(3000);
        assertEquals(
                own,
                PpoConfig.drGrpo().toBuilder()
                        .aggregation(own)
                        .maxTokens(256)
                        .build()
                        .aggregation());
        PpoConfig kept =
                PpoConfig.drGrpo().toBuilder().maxTokens(256).aggregation(own).build();
        assertEquals(own, kept.aggregation());
        assertEquals(own, kept.toBuilder().maxTokens(128).build().aggregation());
        assertEquals(
                PpoConfig.grpo().aggregation(),
                PpoConfig.grpo().toBuilder().maxTokens(128).build().aggregation());
        assertThrows(
                IllegalArgumentException.class,
                () -> PpoConfig.drGrpo().toBuilder().maxTokens(0).build());
    }

    @Test
    void reinforceAndItsRelatives() {
        assertEquals(
                "{advantageWhitening=none, advantages={type=LeaveOneOut}, "
                        + VALUELESS.replace(
                                ", valueCoefficient",
                                ", samplesPerPrompt=2, surrogate={type=SequenceSurrogate, clip=" + clip(0.2, 0.2)
                                        + ", pooling=SUM}, valueCoefficient")
                        + "}",
                differences(PpoConfig.rloo()));
        assertEquals(
                "{advantages={type=ReturnToGo, gamma=1.0, baseline=NONE}, aggregation={type=TokenMean}, epochs=1,"
                        + " kl={type=InReward, estimator=K1, control={type=Fixed, initial=0.01}}, policyRate=1.0E-6,"
                        + " valueCoefficient=0.0, valueRate=0.0}",
                differences(PpoConfig.reinforcePlusPlus()));
        assertEquals(
                "{advantages={type=ReturnToGo, gamma=1.0, baseline=GROUP_MEAN}, aggregation={type=TokenMean}, epochs=1, "
                        + inLoss("K2", 0.01)
                        + ", policyRate=1.0E-6, samplesPerPrompt=8, valueCoefficient=0.0, valueRate=0.0}",
                differences(PpoConfig.reinforcePlusPlusBaseline()));
    }
}
