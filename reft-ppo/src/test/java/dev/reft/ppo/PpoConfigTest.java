package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.math.Aggregation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Snapshots of the named configurations, so that no default changes unseen. */
class PpoConfigTest {
    @Test
    void reftIsWhatThePublishedCodeRuns() {
        assertEquals(
                "{sampling={temperature=1.0, topK=0, topP=1.0, minP=0.0, repetitionPenalty=1.0}, maxTokens=700, stops=[],"
                        + " samplesPerPrompt=1, concurrentSamples=64, grading={threads=2, timeLimit=PT30S, attempts=2,"
                        + " grace=PT1S, maxStuck=10}, missingEnd={type=Keep}, dropTruncated=false, scoreBound=Infinity,"
                        + " scorePlacement=LAST_TOKEN, kl={type=InReward, estimator=K1, control={type=Fixed,"
                        + " initial=0.05}}, gamma=1.0, lambda=0.95, truncation=ZERO, rewardWhitening=none,"
                        + " advantageWhitening={centre=true, unbiased=true, epsilon=1.0E-8, rule=ADD},"
                        + " whiteningScope=ALL_REPLICAS, aggregation={type=SequenceMean}, policyClip={low=0.2, high=0.2,"
                        + " dual=Infinity, logRatioBound=Infinity}, valueClip={range=0.2}, valueCoefficient=5.0,"
                        + " entropyCoefficient=0.0, oldLogProbs={type=Rescored}, epochs=2, miniBatches=1,"
                        + " microBatchTokens=0, policyRate=3.0E-7, policySchedule={type=Constant, warmup=0},"
                        + " valueRate=3.0E-7, valueSchedule={type=Constant, warmup=0}, maxGradientNorm=1.0,"
                        + " criticWarmup={steps=0, separateCritic=false}, stopKl=Infinity, maxSkippedSteps=3, seed=0}",
                Descriptions.of(PpoConfig.reft()).toString());
    }

    @Test
    void thePaperDiffersInWhiteningAndMeansOnly() {
        assertEquals(
                PpoConfig.reft().toBuilder()
                        .advantageWhitening(Optional.empty())
                        .aggregation(new Aggregation.TokenMean())
                        .build(),
                PpoConfig.reftPaper());
    }

    @Test
    void sftWarmUpIsThePapers() {
        assertEquals(
                "{rate=1.0E-5, schedule={type=Constant, warmup=0}, aggregation={type=TokenMean}, maxGradientNorm=1.0,"
                        + " maxTokens=1024, unusable=SKIP, appendEnd=true, endToken=OptionalInt.empty,"
                        + " microBatchTokens=0, maxSkippedSteps=3}",
                Descriptions.of(SftConfig.reft()).toString());
    }

    @Test
    void theBuilderSetsWhatItNames() {
        PpoConfig reft = PpoConfig.reft();
        assertEquals(reft, reft.toBuilder().build());
        assertEquals(9, reft.toBuilder().maxTokens(9).build().maxTokens());
        assertEquals(0.5, reft.toBuilder().valueRate(0.5).build().valueRate());
        assertEquals(List.of("x"), reft.toBuilder().stops(List.of("x")).build().stops());
    }

    @Test
    void numbersOutOfRangeAreRefusedWithTheirName() {
        Map<String, UnaryOperator<PpoConfigBuilder>> wrong = new LinkedHashMap<>();
        wrong.put("maxTokens 0", b -> b.maxTokens(0));
        wrong.put("samplesPerPrompt 0", b -> b.samplesPerPrompt(0));
        wrong.put("concurrentSamples 0", b -> b.concurrentSamples(0));
        wrong.put("scoreBound 0", b -> b.scoreBound(0));
        wrong.put("gamma 1.1", b -> b.gamma(1.1));
        wrong.put("lambda NaN", b -> b.lambda(Double.NaN));
        wrong.put("valueCoefficient -1", b -> b.valueCoefficient(-1));
        wrong.put("entropyCoefficient NaN", b -> b.entropyCoefficient(Double.NaN));
        wrong.put("epochs 0", b -> b.epochs(0));
        wrong.put("miniBatches 0", b -> b.miniBatches(0));
        wrong.put("microBatchTokens -1", b -> b.microBatchTokens(-1));
        wrong.put("policyRate Infinity", b -> b.policyRate(Double.POSITIVE_INFINITY));
        wrong.put("valueRate -1", b -> b.valueRate(-1));
        wrong.put("maxGradientNorm 0", b -> b.maxGradientNorm(0));
        wrong.put("stopKl 0", b -> b.stopKl(0));
        wrong.put("maxSkippedSteps 0", b -> b.maxSkippedSteps(0));
        wrong.put("epochs is 2", b -> b.oldLogProbs(new OldLogProbs.Own()));
        wrong.forEach((message, change) -> {
            PpoConfigBuilder builder = change.apply(PpoConfig.reft().toBuilder());
            String said =
                    assertThrows(IllegalArgumentException.class, builder::build).getMessage();
            assertTrue(said.contains(message), said);
        });
    }
}
