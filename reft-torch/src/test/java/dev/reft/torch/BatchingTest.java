package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.generation.Segment;
import dev.reft.model.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A sample does not depend on what is generated with it, when it came, or where it stood. */
class BatchingTest {
    /** Products of fewer than 4,096 multiplications go another way through the engine, so tiny models show some. */
    private static final float LAST_PLACES = 1e-5f;

    private static Path tiny(String name) {
        return Golden.shared("golden", "models", "tiny", name);
    }

    /** Ragged prompts, lengths and numbers of samples. */
    private static List<GenerationRequest> ragged(int count, int vocabulary) {
        Random random = new Random(5);
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] prompt = random.ints(1 + random.nextInt(40), 3, vocabulary).toArray();
            int samples = 1 + random.nextInt(5);
            int most = 1 + random.nextInt(80);
            requests.add(Generating.request("r" + i, prompt, samples, Sampling.at(1f), most));
        }
        return requests;
    }

    private static Map<String, Completion> byName(List<Completion> completions) {
        return completions.stream().collect(Collectors.toMap(c -> c.request() + "/" + c.sample(), c -> c));
    }

    private static void assertSame(List<Completion> expected, List<Completion> found, String what) {
        assertSame(expected, found, LAST_PLACES, what);
    }

    private static void assertSame(List<Completion> expected, List<Completion> found, float tolerance, String what) {
        Map<String, Completion> others = byName(found);
        assertEquals(expected.size(), others.size(), what);
        byName(expected).forEach((name, one) -> {
            Segment.Sampled a = Generating.sampled(one);
            Segment.Sampled b = Generating.sampled(others.get(name));
            assertArrayEquals(a.tokens(), b.tokens(), what + ", tokens of " + name);
            assertArrayEquals(a.logProbs(), b.logProbs(), tolerance, what + ", log-probabilities of " + name);
            assertArrayEquals(a.drawLogProbs(), b.drawLogProbs(), tolerance, what + ", draws of " + name);
            assertEquals(one.finish(), others.get(name).finish(), what + ", " + name);
        });
    }

    private static List<Completion> alone(Generating generating, List<GenerationRequest> requests) {
        List<Completion> all = new ArrayList<>();
        for (GenerationRequest request : requests) {
            for (int sample = 0; sample < request.seeds().length; sample++) {
                GenerationRequest one = new GenerationRequest(
                        request.id(),
                        request.prompt(),
                        new long[] {request.seeds()[sample]},
                        request.sampling(),
                        request.maxTokens(),
                        request.stops(),
                        request.constraint());
                Completion found = generating.generate(List.of(one)).get(0);
                all.add(new Completion(found.request(), sample, found.segments(), found.text(), found.finish()));
            }
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "mistral_sliding", "qwen3", "llama_tied_mqa", "llama_bias_headdim"})
    void companyDoesNotMatter(String model) {
        try (Generating generating = Generating.open(tiny(model), Precision.FP32)) {
            List<GenerationRequest> requests = ragged(7, generating.info().vocabularySize());
            List<Completion> alone = alone(generating, requests);
            assertTrue(alone.stream().anyMatch(c -> c.finish() == Finish.END), "some end early");
            assertSame(alone, generating.generate(requests), "all at once");
            generating.admitting(new Admission(3, Long.MAX_VALUE));
            assertSame(alone, generating.generate(requests), "three rows at a time");
            generating.admitting(new Admission(64, 400));
            assertSame(alone, generating.generate(requests), "little cache");
            generating.admitting(new Admission(64, 1));
            assertSame(alone, generating.generate(requests), "room for one row");
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void comingLateDoesNotMatter(Precision precision) {
        try (Generating generating = Generating.open(tiny("llama"), precision)) {
            List<GenerationRequest> requests = ragged(7, generating.info().vocabularySize());
            List<Completion> alone = alone(generating, requests);
            List<Completion> late = new ArrayList<>();
            try (Generation generation = generating.generation()) {
                for (GenerationRequest request : requests) {
                    generation.add(request);
                    for (int i = 0; i < 7 && generation.unfinished() > 0; i++) {
                        late.addAll(generation.advance());
                    }
                }
                while (generation.unfinished() > 0) {
                    late.addAll(generation.advance());
                }
                assertEquals(0, generation.unfinished());
                // All are gone: the emptied generation goes on.
                generation.add(requests.get(0));
                assertEquals(requests.get(0).seeds().length, generation.unfinished());
                assertThrows(IllegalArgumentException.class, () -> generation.add(requests.get(0)));
            }
            assertSame(alone, late, "added one after the other");
        }
    }

    /** At the size of real models it is the same to the last bit. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    @Tag("slow")
    void companyDoesNotMatterToSmol(Precision precision) {
        try (Generating generating = Generating.open(Golden.shared("models", "SmolLM2-135M-Instruct"), precision)) {
            List<GenerationRequest> requests = ragged(4, 49152);
            List<Completion> alone = alone(generating, requests);
            assertSame(alone, generating.generate(requests), 0f, "all at once");
            generating.admitting(new Admission(3, Long.MAX_VALUE));
            assertSame(alone, generating.generate(requests), 0f, "three rows at a time");
            double worst = 0;
            for (Completion completion : alone) {
                int[] prompt = requests.get(
                                Integer.parseInt(completion.request().substring(1)))
                        .prompt();
                float[] scored = generating.scored(prompt, completion.tokens(), 1f);
                float[] own = Generating.sampled(completion).logProbs();
                for (int t = 0; t < own.length; t++) {
                    worst = Math.max(worst, Math.abs(own[t] - scored[t]));
                }
            }
            System.getLogger("test").log(System.Logger.Level.INFO, precision + " against score: " + worst);
            assertTrue(worst <= generating.info().logProbTolerance(), precision + ", worst difference " + worst);
        }
    }

    @Test
    void endedSamplesComeInTheOrderOfTheirAddition() {
        try (Generating generating =
                        Generating.open(tiny("llama"), Precision.FP32).ends(List.of());
                Generation generation = generating.generation()) {
            for (int i = 0; i < 5; i++) {
                generation.add(
                        Generating.request("r" + i, new int[] {7, 8, i + 3}, 3, Sampling.at(1f), i == 2 ? 2 : 4));
            }
            assertEquals(List.of(), generation.advance());
            assertEquals(List.of("r2/0", "r2/1", "r2/2"), names(generation.advance()));
            // What left was replaced by the last rows: the order of addition is kept all the same.
            assertEquals(List.of(), generation.advance());
            assertEquals(
                    List.of(
                            "r0/0", "r0/1", "r0/2", "r1/0", "r1/1", "r1/2", "r3/0", "r3/1", "r3/2", "r4/0", "r4/1",
                            "r4/2"),
                    names(generation.advance()));
        }
    }

    private static List<String> names(List<Completion> completions) {
        return completions.stream().map(c -> c.request() + "/" + c.sample()).toList();
    }

    @Test
    void halfPrecisionGenerates() {
        try (Generating generating = Generating.open(tiny("mistral_sliding"), Precision.BF16)) {
            List<GenerationRequest> requests = ragged(8, generating.info().vocabularySize());
            double worst = 0;
            for (Completion completion : generating.generate(requests)) {
                int[] prompt = requests.get(
                                Integer.parseInt(completion.request().substring(1)))
                        .prompt();
                float[] scored = generating.scored(prompt, completion.tokens(), 1f);
                float[] own = Generating.sampled(completion).logProbs();
                for (int t = 0; t < own.length; t++) {
                    worst = Math.max(worst, Math.abs(own[t] - scored[t]));
                }
            }
            System.getLogger("test").log(System.Logger.Level.INFO, "bf16 against score: {0}", worst);
            assertTrue(worst <= generating.info().logProbTolerance(), "worst difference " + worst);
        }
    }

    @Test
    void nativeMemoryStaysFlat() {
        try (Generating generating = Generating.open(tiny("llama"), Precision.FP32)) {
            List<GenerationRequest> requests = ragged(6, generating.info().vocabularySize());
            generating.generate(requests);
            long before = Pointer.totalCount();
            for (int i = 0; i < 3; i++) {
                generating.generate(requests);
                assertEquals(before, Pointer.totalCount(), "native objects after generation " + i);
            }
            Generation abandoned = generating.admitting(new Admission(2, 500)).generation();
            requests.forEach(abandoned::add);
            for (int i = 0; i < 9; i++) {
                abandoned.advance();
            }
            assertTrue(Pointer.totalCount() > before, "an open generation holds its caches");
            abandoned.close();
            abandoned.close();
            assertEquals(before, Pointer.totalCount(), "after one was abandoned");
            assertEquals(5, generating.closed());
            assertThrows(IllegalStateException.class, abandoned::advance);
        }
    }

    @Test
    void aRequestWithMoreSamplesThanRowsIsReadOnce() {
        try (Generating generating = Generating.open(tiny("llama"), Precision.FP32)) {
            GenerationRequest many = Generating.request("many", new int[] {9, 8, 7, 6}, 23, Sampling.at(1f), 30);
            List<Completion> alone = alone(generating, List.of(many));
            generating.admitting(new Admission(4, Long.MAX_VALUE));
            assertSame(alone, generating.generate(List.of(many)), "four at a time");
            assertEquals(
                    23,
                    alone.stream()
                            .map(c -> Arrays.toString(c.tokens()))
                            .distinct()
                            .count());
        }
    }
}
