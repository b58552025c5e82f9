package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.math.Aggregation;
import dev.reft.math.ImportanceCorrection;
import dev.reft.ppo.Advantages.ScoreBaseline;
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
                        + " grace=PT1S, maxStuck=10}, missingEnd={type=Keep}, overlong={type=None}, dropTruncated=false, scoreBound=Infinity,"
                        + " scorePlacement=LAST_TOKEN, kl={type=InReward, estimator=K1, control={type=Fixed,"
                        + " initial=0.05}}, advantages={type=Gae, gamma=1.0, lambda=0.95, truncation=ZERO, baseline=NONE}, rewardWhitening=none,"
                        + " advantageWhitening={centre=true, unbiased=true, epsilon=1.0E-8, rule=ADD},"
                        + " whiteningScope=ALL_REPLICAS, aggregation={type=SequenceMean}, surrogate={type=ClippedSurrogate, low=0.2, high=0.2,"
                        + " dual=Infinity, logRatioBound=Infinity}, valueClip={range=0.2}, valueCoefficient=5.0,"
                        + " entropyCoefficient=0.0, oldLogProbs={type=Rescored}, correction=none, epochs=2, miniBatches=1,"
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
        wrong.put("gamma 1.1", b -> b.advantages(new Advantages.Gae(1.1, 0.95)));
        wrong.put("lambda NaN", b -> b.advantages(new Advantages.Gae(1, Double.NaN)));
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
        Advantages group = new Advantages.Group(Advantages.Deviation.OfGroup.TRL);
        wrong.put("samplesPerPrompt 1: Group", b -> b.advantages(group).valueCoefficient(0));
        wrong.put(
                "samplesPerPrompt 1: LeaveOneOut",
                b -> b.advantages(new Advantages.LeaveOneOut()).valueCoefficient(0));
        wrong.put("samplesPerPrompt 1: LengthWeighted", b -> b.advantages(new Advantages.LengthWeighted()));
        wrong.put(
                "samplesPerPrompt 1: ReturnToGo",
                b -> b.advantages(new Advantages.ReturnToGo(1, ScoreBaseline.GROUP_MEAN)));
        wrong.put(
                "samplesPerPrompt 1: Gae",
                b -> b.advantages(new Advantages.Gae(1, 1, Truncation.ZERO, ScoreBaseline.LEAVE_ONE_OUT)));
        wrong.put("valueCoefficient 5.0: Group", b -> b.samplesPerPrompt(2).advantages(group));
        wrong.put(
                "criticWarmup of 3 steps",
                b -> b.samplesPerPrompt(2)
                        .advantages(group)
                        .valueCoefficient(0)
                        .criticWarmup(new CriticWarmup(3, false)));
        wrong.put("overlong buffer 701", b -> b.overlong(new Overlong.Soft(701, 1)));
        wrong.put("buffer 0", b -> b.overlong(new Overlong.Soft(0, 1)));
        wrong.put("factor NaN", b -> b.overlong(new Overlong.Soft(1, Double.NaN)));
        wrong.put(
                "correction Truncated",
                b -> b.oldLogProbs(new OldLogProbs.Sampled())
                        .correction(Optional.of(new ImportanceCorrection.Truncated(0, 2))));
        wrong.put("epsilon -1", b -> b.advantages(new Advantages.Group(new Advantages.Deviation.OfBatch(-1))));
        wrong.put(
                "epsilon Inf",
                b -> b.advantages(
                        new Advantages.Group(new Advantages.Deviation.OfGroup(Double.POSITIVE_INFINITY, true))));
        wrong.put("gamma 2.0", b -> b.advantages(new Advantages.ReturnToGo(2, ScoreBaseline.NONE)));
        wrong.forEach((message, change) -> {
            String said = assertThrows(
                            IllegalArgumentException.class,
                            () -> change.apply(PpoConfig.reft().toBuilder()).build())
                    .getMessage();
            assertTrue(said.contains(message), said);
        });
    }
}
