package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.Endings;
import dev.reft.generation.Finish;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.model.Precision;
import dev.reft.text.Message;
import dev.reft.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How completions end: end tokens, stop texts, length, context. */
class EndingsTest {
    /** One token a byte, so that characters are split. */
    private static final class Bytes implements Tokenizer {
        @Override
        public int[] encode(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int[] ids = new int[bytes.length];
            Arrays.setAll(ids, i -> bytes[i] & 0xff);
            return ids;
        }

        @Override
        public int[] encodeControls(String text) {
            return encode(text);
        }

        @Override
        public String decode(int[] ids) {
            byte[] bytes = new byte[ids.length];
            for (int i = 0; i < ids.length; i++) {
                bytes[i] = (byte) ids[i];
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }

        @Override
        public Set<Integer> endIds() {
            return Set.of();
        }

        @Override
        public int[] render(List<Message> chat, boolean openAnswer, Map<String, Object> variables) {
            throw new IllegalStateException("no template");
        }
    }

    private static final Bytes BYTES = new Bytes();

    private static Path llama() {
        return Golden.shared("golden", "models", "tiny", "llama");
    }

    /** Forces the completion to go through the given tokens. */
    private static Constraint forced(int prompt, int... tokens) {
        return (row, allowed) -> {
            allowed.clear();
            allowed.set(tokens[Math.min(row.length - prompt, tokens.length - 1)]);
        };
    }

    private static GenerationRequest forcing(int[] tokens, int maxTokens, String... stops) {
        int[] prompt = {65, 66, 67};
        return new GenerationRequest(
                "r", prompt, new long[] {1}, Sampling.at(1f), maxTokens, List.of(stops), forced(prompt.length, tokens));
    }

    private static Completion one(Generating generating, GenerationRequest request) {
        return generating.generate(List.of(request)).get(0);
    }

    @Test
    void stopsAreFoundInSplitCharacters() {
        int[] text = BYTES.encode("Größe: 7 €\n\nmore and more and more");
        try (Generating generating =
                Generating.open(llama(), Precision.FP32).ends(List.of()).tokenizer(BYTES)) {
            Completion found = one(generating, forcing(text, 40, "€\n\n", "ß€"));
            assertEquals(Finish.STOP, found.finish());
            assertEquals("Größe: 7 ", found.text());
            assertArrayEquals(BYTES.encode("Größe: 7 €\n\n"), found.tokens());
            assertEquals(found.tokens().length, Generating.sampled(found).drawLogProbs().length);
            // One allowed token each time was drawn for certain, whatever the model thought of it.
            assertEquals(0, Generating.sampled(found).drawLogProbs()[0], 1e-6);
            assertTrue(Generating.sampled(found).logProbs()[0] < -0.5);
        }
    }

    @Test
    void theFirstOfSeveralStopsCounts() {
        int[] text = BYTES.encode("one two three");
        try (Generating generating =
                Generating.open(llama(), Precision.FP32).ends(List.of()).tokenizer(BYTES)) {
            Completion found = one(generating, forcing(text, 40, "three", "e two", "wo"));
            assertEquals("on", found.text());
            assertEquals(Finish.STOP, found.finish());
            Completion atLength = one(generating, forcing(text, 7, "wo"));
            assertEquals(Finish.STOP, atLength.finish(), "the stop wins over the length");
            Completion cut = one(generating, forcing(text, 6, "wo"));
            assertEquals(Finish.LENGTH, cut.finish());
            assertEquals("one tw", cut.text());
        }
    }

    /** The end of a long text is looked at alone: it has to say the same as the whole. */
    @Test
    void stopsAreFoundWhereverTheyEnd() {
        Endings endings = new Endings(Set.of(), Optional.of(BYTES));
        String stop = "ш€𝄞#";
        for (int before = 0; before < 40; before++) {
            int[] all = BYTES.encode("ы€𝄞x".repeat(before) + stop);
            for (int length = 1; length < all.length; length++) {
                assertEquals(
                        Optional.empty(), endings.beforeStop(Arrays.copyOf(all, length), List.of(stop)), "too early");
            }
            assertEquals(Optional.of("ы€𝄞x".repeat(before)), endings.beforeStop(all, List.of(stop)));
        }
    }

    @Test
    void severalEndTokensEnd() {
        try (Generating generating =
                Generating.open(llama(), Precision.FP32).ends(List.of(2, 260)).tokenizer(BYTES)) {
            for (int end : new int[] {2, 260}) {
                Completion found = one(generating, forcing(new int[] {72, 105, end, 72}, 9, "never"));
                assertEquals(Finish.END, found.finish());
                assertArrayEquals(new int[] {72, 105, end}, found.tokens());
                assertEquals("Hi", found.text());
            }
            Completion both = one(generating, forcing(new int[] {72, 105, 2}, 3));
            assertEquals(Finish.END, both.finish(), "the end wins over the length");
        }
    }

    @Test
    void refusalsNameWhatIsWrong() {
        try (Generating generating = Generating.open(llama(), Precision.FP32)) {
            refuse(generating, forcing(new int[] {72}, 9, "stop"), "r has stop texts [stop]", "tokenizer");
            int[] prompt = new int[generating.info().contextLength() - 3];
            Arrays.fill(prompt, 7);
            refuse(generating, Generating.request("long", prompt, 1, Sampling.GREEDY, 4), "long", "context of 128");
            refuse(generating, Generating.request("odd", new int[] {1, 263}, 1, Sampling.GREEDY, 4), "token 1", "263");
            Completion full = one(generating, Generating.request("full", prompt, 1, Sampling.GREEDY, 3));
            assertTrue(full.tokens().length <= 3);
            assertEquals("", full.text(), "no tokenizer, no text");
        }
    }

    private static void refuse(Generating generating, GenerationRequest request, String... parts) {
        String said = assertThrows(IllegalArgumentException.class, () -> one(generating, request))
                .getMessage();
        for (String part : parts) {
            assertTrue(said.contains(part), said);
        }
    }

    @Test
    void aConstraintThatAllowsNothingFails() {
        try (Generating generating = Generating.open(llama(), Precision.FP32)) {
            Constraint nothing = (row, allowed) -> allowed.clear();
            GenerationRequest request =
                    new GenerationRequest("r", new int[] {1}, new long[] {1}, Sampling.GREEDY, 4, List.of(), nothing);
            try (dev.reft.generation.Generation generation = generating.generation()) {
                generation.add(request);
                assertThrows(IllegalArgumentException.class, generation::advance);
                assertThrows(IllegalStateException.class, generation::advance, "it failed");
            }
            assertEquals(
                    1,
                    one(generating, Generating.request("next", new int[] {1}, 1, Sampling.GREEDY, 1))
                            .tokens()
                            .length);
        }
    }

    @Test
    void constraintsSeeTheRowAndAllIds() {
        int[] calls = {0};
        Constraint watch = (int[] row, BitSet allowed) -> {
            assertEquals(3 + calls[0]++, row.length);
            assertEquals(263, allowed.cardinality());
        };
        try (Generating generating = Generating.open(llama(), Precision.FP32).ends(List.of())) {
            GenerationRequest request = new GenerationRequest(
                    "r", new int[] {1, 2, 3}, new long[] {1}, Sampling.at(1f), 5, List.of(), watch);
            one(generating, request);
            assertEquals(5, calls[0]);
        }
    }
}
