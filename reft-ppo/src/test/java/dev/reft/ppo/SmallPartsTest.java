package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Segment;
import dev.reft.grading.Credit;
import dev.reft.grading.Grade;
import dev.reft.model.MemoryLoad;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Names, estimates, the wire between replicas, checks of records. */
class SmallPartsTest {
    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private static DataInputStream wired(Writing writing) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        writing.to(new DataOutputStream(bytes));
        return new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
    }

    @Test
    void whatTravelsBetweenReplicasArrivesBitForBit() throws IOException {
        Grade grade = new Grade.Score(
                -0.1, Map.of("a", 0.3, "b", -1e300), List.of(new Credit(3, Double.MIN_VALUE)), "\uD800x", "why");
        assertEquals(grade, Wire.grade(wired(out -> Wire.write(out, grade))));
        assertEquals(Grade.none("no"), Wire.grade(wired(out -> Wire.write(out, Grade.none("no")))));
        Grade.Failed failed =
                (Grade.Failed) Wire.grade(wired(out -> Wire.write(out, new Grade.Failed(new IOException("down"), 2))));
        assertEquals(2, failed.attempts());
        assertTrue(String.valueOf(failed.cause().getMessage()).contains("down"));
        Completion completion = new Completion(
                "p",
                3,
                List.of(
                        new Segment.Sampled(new int[] {1, 2}, new float[] {-0.1f, -1e-30f}, new float[0]),
                        new Segment.Given(new int[] {9})),
                "text é 漢",
                Finish.STOP);
        Completion back = Wire.completion(wired(out -> Wire.write(out, completion)));
        assertArrayEquals(completion.tokens(), back.tokens());
        assertEquals(completion.text(), back.text());
        assertEquals(completion.finish(), back.finish());
        Segment.Sampled sampled = (Segment.Sampled) back.segments().get(0);
        assertArrayEquals(new float[] {-0.1f, -1e-30f}, sampled.logProbs());
        assertEquals(0, sampled.drawLogProbs().length);
    }

    @Test
    void memoryDependsOnTheConfiguration() {
        PpoConfig config = PpoConfig.reft().toBuilder()
                .maxTokens(300)
                .samplesPerPrompt(8)
                .concurrentSamples(32)
                .microBatchTokens(4096)
                .build();
        assertEquals(new MemoryLoad(500, 4096, 32, true), config.memoryLoad(200));
        PpoConfig free = config.toBuilder()
                .kl(new KlPenalty.None())
                .concurrentSamples(4)
                .microBatchTokens(0)
                .build();
        assertEquals(new MemoryLoad(301, 0, 8, false), free.memoryLoad(1));
    }

    @Test
    void namesOfVerlAreDifferentFromEachOther() {
        assertEquals(
                MetricNames.toVerl().size(),
                MetricNames.toVerl().values().stream().distinct().count());
        StepReport report = new StepReport(1, Map.of("policy/clipfrac_avg", 0.5, "own", 2.0));
        assertEquals(Map.of("actor/pg_clipfrac", 0.5, "own", 2.0), MetricNames.asVerl(report));
        assertThrows(IllegalArgumentException.class, () -> report.metric("absent"));
    }

    @Test
    void experienceChecksItsArrays() {
        TokenBatch batch = TokenBatch.of(List.of(Row.of(new int[] {1}, new int[] {2, 3})));
        float[][] two = {{0, 0}};
        float[][] three = {{0, 0, 0}};
        new Experience(0, batch, two, three, null, two, two, two, Map.of());
        IllegalArgumentException shape = assertThrows(
                IllegalArgumentException.class,
                () -> new Experience(0, batch, two, two, null, two, two, two, Map.of()));
        assertTrue(shape.getMessage().contains("oldValues, row 0"), shape.getMessage());
        IllegalArgumentException nan = assertThrows(
                IllegalArgumentException.class,
                () -> new Experience(0, batch, two, three, null, new float[][] {{0, Float.NaN}}, two, two, Map.of()));
        assertTrue(nan.getMessage().contains("advantages, row 0, token 1 is NaN"), nan.getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> new Experience(0, batch, two, three, null, two, two, new float[][] {{-1, 0}}, Map.of()));
        new Experience(0, batch, two, three, null, two, three, two, three, Map.of());
        float[][] weights = {{0.25f, 0.5f}};
        assertArrayEquals(
                new float[] {0.25f, 0.5f, 0.5f},
                new Experience(0, batch, two, three, null, two, three, weights, Map.of()).valueWeights()[0]);
        assertArrayEquals(
                weights[0], new Experience(0, batch, two, three, null, two, two, weights, Map.of()).valueWeights()[0]);
        assertThrows(
                IllegalArgumentException.class,
                () -> new Experience(0, batch, two, three, null, two, two, two, three, Map.of()));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Experience(
                        0, batch, two, three, null, two, three, two, new float[][] {{0, 0, -1}}, Map.of()));
    }
}
