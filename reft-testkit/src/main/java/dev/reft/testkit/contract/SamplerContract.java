package dev.reft.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.Finish;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.model.Sampler;
import dev.reft.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What every {@link Sampler} keeps: how requests go in, and how completions come out and end. */
public interface SamplerContract {
    /**
     * Opens the model, each time in the same state.
     *
     * @return the model; the contract closes it
     */
    Sampler openSampler();

    /**
     * How exactly the engine computes.
     *
     * @return {@link Tolerance#FP32} unless said otherwise
     */
    default Tolerance tolerance() {
        return Tolerance.FP32;
    }

    /**
     * The tokens that end a completion of this model.
     *
     * @return ids; empty if it has none. By default those of the tokenizer, if it has one
     */
    default Set<Integer> endIds() {
        try (Sampler sampler = openSampler()) {
            return sampler.tokenizer().endIds();
        } catch (IllegalStateException e) {
            return Set.of();
        }
    }

    private static int[] prompt(Sampler sampler, long seed) {
        return Probe.tokens(sampler.info(), new Random(seed), 3);
    }

    private Constraint endless() {
        return Requests.without(endIds());
    }

    /** Each call of advance makes one token; a sample that reached its length is handed over as cut off. */
    @Test
    default void advanceMakesOneTokenForEveryRow() {
        Constraint endless = endless();
        try (Sampler sampler = openSampler();
                Generation generation = sampler.generation()) {
            assertEquals(0, generation.unfinished());
            generation.add(Requests.with(Requests.plain("long", prompt(sampler, 1), 3, 1, 2), endless));
            generation.add(Requests.with(Requests.plain("short", prompt(sampler, 2), 1, 3), endless));
            assertEquals(3, generation.unfinished());
            List<Completion> first = generation.advance();
            assertEquals(1, first.size());
            assertEquals("short", first.get(0).request());
            assertEquals(1, first.get(0).tokens().length);
            assertEquals(2, generation.unfinished());
            assertEquals(List.of(), generation.advance());
            List<Completion> last = generation.advance();
            assertEquals(2, last.size());
            for (int sample = 0; sample < 2; sample++) {
                assertEquals(sample, last.get(sample).sample());
                assertEquals(Finish.LENGTH, last.get(sample).finish());
                assertEquals(3, last.get(sample).tokens().length);
            }
            assertEquals(0, generation.unfinished());
            assertThrows(IllegalStateException.class, generation::advance);
        }
    }

    /** A sample depends on its prompt, its seed and its place: on no other request, order, or moment. */
    @Test
    default void drawsDependOnSeedAndPlaceOnly() {
        Assumptions.assumeTrue(tolerance().samplesRepeat(), "logits depend on company at this precision");
        try (Sampler sampler = openSampler()) {
            List<GenerationRequest> requests = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int[] prompt = Probe.tokens(sampler.info(), new Random(i), 2 + i);
                requests.add(Requests.plain("r" + i, prompt, 5, 10 + i, 20 + i));
            }
            List<Completion> alone = new ArrayList<>();
            requests.forEach(request -> alone.addAll(sampler.generate(List.of(request))));
            assertSameTokens(alone, sampler.generate(requests), "all at once");
            List<GenerationRequest> reversed = new ArrayList<>(requests);
            Collections.reverse(reversed);
            List<Completion> backwards = new ArrayList<>(sampler.generate(reversed));
            assertSameTokens(alone, backwards, "in another order");
            List<Completion> late = new ArrayList<>();
            try (Generation generation = sampler.generation()) {
                generation.add(requests.get(3));
                late.addAll(generation.advance());
                generation.add(requests.get(0));
                generation.add(requests.get(1));
                late.addAll(generation.advance());
                generation.add(requests.get(2));
                late.addAll(Requests.finish(generation));
            }
            assertSameTokens(alone, late, "added one after the other");
        }
    }

    private static void assertSameTokens(List<Completion> expected, List<Completion> actual, String what) {
        assertEquals(expected.size(), actual.size(), what);
        for (Completion one : expected) {
            Completion other = actual.stream()
                    .filter(c -> c.request().equals(one.request()) && c.sample() == one.sample())
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(what + ": no completion of " + one.request()));
            assertArrayEquals(
                    one.tokens(), other.tokens(), what + ", request " + one.request() + ", sample " + one.sample());
        }
    }

    /** Other seeds give other samples, the same seed the same one. */
    @Test
    default void seedsTellSamplesApart() {
        Constraint endless = endless();
        try (Sampler sampler = openSampler()) {
            Sampling hot = Sampling.at(2f);
            GenerationRequest request = Requests.with(
                    Requests.with(Requests.plain("r", prompt(sampler, 3), 6, 1, 2, 3, 4, 1), endless), hot);
            List<Completion> samples = sampler.generate(List.of(request));
            long different = samples.stream()
                    .map(c -> Arrays.toString(c.tokens()))
                    .distinct()
                    .count();
            assertTrue(different >= 3, "four seeds gave " + different + " different samples");
            if (tolerance().samplesRepeat()) {
                assertArrayEquals(samples.get(0).tokens(), samples.get(4).tokens(), "the seed given twice");
            }
        }
    }

    /** An end token ends a completion; it is among the tokens, not in the text; it wins over the length. */
    @Test
    default void endTokensEndACompletion() {
        Set<Integer> ends = endIds();
        Assumptions.assumeTrue(!ends.isEmpty(), "the model has no end token");
        try (Sampler sampler = openSampler()) {
            int[] prompt = prompt(sampler, 4);
            for (int end : ends) {
                Constraint third = Requests.only(prompt.length, place -> place == 2 ? end : null, ends);
                for (int most : new int[] {6, 3}) {
                    GenerationRequest request = Requests.with(Requests.plain("r", prompt, most, 5, 6), third);
                    for (Completion completion : sampler.generate(List.of(request))) {
                        assertEquals(Finish.END, completion.finish());
                        assertEquals(3, completion.tokens().length, "tokens, the end token among them");
                        assertEquals(end, completion.tokens()[2]);
                        assertEquals(3, Requests.sampled(completion).logProbs().length);
                        assertText(sampler, Arrays.copyOf(completion.tokens(), 2), completion);
                    }
                }
            }
        }
    }

    private static void assertText(Sampler sampler, int[] tokens, Completion completion) {
        Tokenizer tokenizer = tokenizer(sampler);
        if (tokenizer != null) {
            assertEquals(tokenizer.decode(tokens), completion.text());
        } else {
            assertEquals("", completion.text());
        }
    }

    private static @Nullable Tokenizer tokenizer(Sampler sampler) {
        try {
            return sampler.tokenizer();
        } catch (IllegalStateException e) {
            return null;
        }
    }

    /** A stop text ends a completion: the text ends before the first of them, the tokens include it. */
    @Test
    default void aStopTextEndsACompletion() {
        Constraint endless = endless();
        try (Sampler sampler = openSampler()) {
            Tokenizer tokenizer = tokenizer(sampler);
            Assumptions.assumeTrue(tokenizer != null, "the model has no tokenizer");
            GenerationRequest free = Requests.with(Requests.plain("r", prompt(sampler, 5), 8, 7), endless);
            Completion whole = sampler.generate(List.of(free)).get(0);
            assertEquals(Finish.LENGTH, whole.finish());
            String text = whole.text();
            Assumptions.assumeTrue(text.length() >= 5 && !text.contains("\uFFFD"), "no text to stop at: " + text);
            String stop = text.substring(3, 5);
            Completion cut = sampler.generate(List.of(Requests.with(free, List.of("\u0000never", stop))))
                    .get(0);
            assertEquals(Finish.STOP, cut.finish());
            assertEquals(text.substring(0, text.indexOf(stop)), cut.text());
            int[] tokens = cut.tokens();
            assertArrayEquals(Arrays.copyOf(whole.tokens(), tokens.length), tokens);
            if (tokenizer != null) {
                assertTrue(tokenizer.decode(tokens).contains(stop), "the tokens include the stop");
                assertFalse(
                        tokenizer
                                .decode(Arrays.copyOf(tokens, tokens.length - 1))
                                .contains(stop),
                        "a token was drawn after the stop");
            }
        }
    }

    /** A constraint sees the row so far, and only what it allows is drawn. */
    @Test
    default void constraintsAreHonoured() {
        try (Sampler sampler = openSampler()) {
            int[] prompt = prompt(sampler, 6);
            List<int[]> seen = new ArrayList<>();
            Set<Integer> ends = endIds();
            int size = sampler.info().vocabularySize();
            Constraint evenOnly = (row, allowed) -> {
                seen.add(row.clone());
                assertEquals(size, allowed.cardinality(), "on entry all ids are set");
                for (int id = 1; id < size; id += 2) {
                    allowed.clear(id);
                }
                ends.forEach(allowed::clear);
            };
            GenerationRequest request = Requests.with(Requests.plain("r", prompt, 6, 8), evenOnly);
            int[] tokens = sampler.generate(List.of(request)).get(0).tokens();
            assertEquals(6, tokens.length);
            assertTrue(Arrays.stream(tokens).allMatch(t -> t % 2 == 0), "drawn: " + Arrays.toString(tokens));
            assertEquals(6, seen.size());
            int[] last = Arrays.copyOf(prompt, prompt.length + 5);
            System.arraycopy(tokens, 0, last, prompt.length, 5);
            assertArrayEquals(prompt, seen.get(0));
            assertArrayEquals(last, seen.get(5));
        }
    }

    /** A penalty turns away from the tokens of prompt and completion. */
    @Test
    default void theRepetitionPenaltyCountsTheWholeRow() {
        try (Sampler sampler = openSampler()) {
            int[] prompt = prompt(sampler, 7);
            Sampling penalised = new Sampling(0f, 0, 1f, 0f, 1e6f);
            GenerationRequest request =
                    Requests.with(Requests.with(Requests.plain("r", prompt, 4, 1), endless()), penalised);
            int[] tokens = sampler.generate(List.of(request)).get(0).tokens();
            int[] row = Arrays.copyOf(prompt, prompt.length + tokens.length);
            System.arraycopy(tokens, 0, row, prompt.length, tokens.length);
            for (int i = prompt.length; i < row.length; i++) {
                int at = i;
                assertTrue(
                        Arrays.stream(row, 0, i).noneMatch(t -> t == row[at]),
                        "token " + row[i] + " came again in " + Arrays.toString(row));
            }
        }
    }

    /** Closing abandons what is unfinished and leaves the model free. */
    @Test
    default void closingAbandons() {
        try (Sampler sampler = openSampler()) {
            Generation abandoned = sampler.generation();
            abandoned.add(Requests.with(Requests.plain("r", prompt(sampler, 8), 5, 1), endless()));
            abandoned.advance();
            abandoned.close();
            abandoned.close();
            assertThrows(IllegalStateException.class, abandoned::advance);
            GenerationRequest request = Requests.plain("r", prompt(sampler, 8), 2, 1);
            assertThrows(IllegalStateException.class, () -> abandoned.add(request));
            assertEquals(1, sampler.generate(List.of(request)).size());
        }
    }

    /** Requests that cannot be answered are refused by name; an id is free again when its samples ended. */
    @Test
    default void badRequestsAreNamed() {
        Constraint endless = endless();
        try (Sampler sampler = openSampler();
                Generation generation = sampler.generation()) {
            GenerationRequest fine = Requests.with(Requests.plain("same", prompt(sampler, 9), 1, 1), endless);
            generation.add(fine);
            Probe.assertNames(assertThrows(IllegalArgumentException.class, () -> generation.add(fine)), "same");
            int outside = sampler.info().vocabularySize();
            GenerationRequest bad = Requests.plain("bad", new int[] {0, outside}, 1, 1);
            Probe.assertNames(assertThrows(IllegalArgumentException.class, () -> generation.add(bad)), "bad", outside);
            GenerationRequest large =
                    Requests.plain("large", new int[] {0, 0}, sampler.info().contextLength(), 1);
            Probe.assertNames(
                    assertThrows(IllegalArgumentException.class, () -> generation.add(large)),
                    "large",
                    sampler.info().contextLength());
            assertEquals(1, generation.unfinished());
            assertEquals(1, generation.advance().size());
            generation.add(fine);
            assertEquals(1, generation.advance().size());
        }
    }

    /** A whole context can be generated. */
    @Test
    default void theContextCanBeFilled() {
        Constraint endless = endless();
        try (Sampler sampler = openSampler()) {
            int most = sampler.info().contextLength() - 1;
            Assumptions.assumeTrue(most <= 512, "the context is too long to try");
            GenerationRequest request = Requests.with(Requests.plain("r", new int[] {0}, most, 1), endless);
            assertEquals(most, sampler.generate(List.of(request)).get(0).tokens().length);
        }
    }

    /** While a generation works, every call from another thread is refused with both names, close included. */
    @Test
    default void aSecondCallIsRefusedWhileGenerating() {
        try (Sampler sampler = openSampler();
                Generation generation = sampler.generation()) {
            GenerationRequest late = Requests.plain("late", prompt(sampler, 10), 1, 1);
            Constraint busy = (row, allowed) -> {
                Collision.assertRefused("generation", () -> sampler.generation().close());
                Collision.assertRefused("advance", generation::advance);
                Collision.assertRefused("add", () -> generation.add(late));
                Collision.assertRefused("close", sampler::close);
                assertEquals(null, Collision.fromAnotherThread(sampler::info), "info may be called any time");
            };
            generation.add(Requests.with(Requests.plain("r", prompt(sampler, 10), 1, 1), busy));
            assertEquals(1, generation.advance().size());
        }
    }
}
