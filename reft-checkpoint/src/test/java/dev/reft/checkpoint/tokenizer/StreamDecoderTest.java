package dev.reft.checkpoint.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.text.StreamDecoder;
import dev.reft.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StreamDecoderTest {
    private static String stream(Tokenizer tokenizer, int[] prompt, int[] completion) {
        StreamDecoder decoder = new StreamDecoder(tokenizer, prompt);
        StringBuilder pieces = new StringBuilder();
        for (int token : completion) {
            pieces.append(decoder.add(token));
            assertEquals(pieces.toString(), decoder.text());
        }
        pieces.append(decoder.finish());
        assertEquals(pieces.toString(), decoder.text());
        return decoder.text();
    }

    private static HfTokenizer smollm() throws Exception {
        return HfTokenizer.of(Shared.path("models/SmolLM2-135M-Instruct/tokenizer.json"), Set.of(2), 0);
    }

    @Test
    void equalsDecodingTheWholeWhereverItIsCut() throws Exception {
        try (HfTokenizer tokenizer = smollm()) {
            List<String> texts = List.of(
                    "Hello world, 12 + 30 = 42.\n\n  done",
                    "naïve café 日本語のテキスト",
                    "🙂👩‍👩‍👧 x 🙂",
                    " leading and trailing ",
                    "the replacement \uFFFD itself");
            for (String text : texts) {
                int[] ids = tokenizer.encode(text);
                for (int cut = 0; cut <= ids.length; cut++) {
                    int[] prompt = Arrays.copyOf(ids, cut);
                    int[] completion = Arrays.copyOfRange(ids, cut, ids.length);
                    String before = tokenizer.decode(prompt);
                    String streamed = stream(tokenizer, prompt, completion);
                    if (!before.endsWith("\uFFFD")) {
                        assertEquals(text, before + streamed);
                    } else {
                        assertTrue(text.endsWith(streamed), text + " / " + streamed);
                    }
                }
            }
        }
    }

    @Test
    void holdsBackIncompleteCharacters() throws Exception {
        try (HfTokenizer tokenizer = smollm()) {
            int[] ids = tokenizer.encode("日本語🙂");
            StreamDecoder decoder = new StreamDecoder(tokenizer, new int[0]);
            for (int token : ids) {
                assertTrue(decoder.add(token).indexOf('\uFFFD') < 0);
            }
            assertEquals("日本語🙂", decoder.text());
            assertEquals("", decoder.finish());
            decoder.add(tokenizer.encode("🙂")[0]);
            assertEquals("日本語🙂", decoder.text());
            assertEquals("\uFFFD", decoder.finish());
        }
    }

    @Test
    void randomTokensAreDecodedAsAWhole() throws Exception {
        try (HfTokenizer tokenizer = smollm()) {
            Random random = new Random(7);
            for (int round = 0; round < 200; round++) {
                int[] ids = random.ints(60, 17, 49152).toArray();
                assertEquals(tokenizer.decode(ids), stream(tokenizer, new int[0], ids));
            }
        }
    }

    @Test
    void manyBadBytesDoNotPileUp() throws Exception {
        try (HfTokenizer tokenizer = smollm()) {
            int bad = tokenizer.id("¿").orElseThrow();
            int[] ids = new int[500];
            Arrays.fill(ids, bad);
            assertEquals("\uFFFD".repeat(500), stream(tokenizer, new int[0], ids));
        }
    }

    @Test
    void sentencePieceKeepsTheSpaceOfTheFirstWord() throws Exception {
        Map<String, Object> metadata = GgufTokenizerTest.sentencePiece();
        try (HfTokenizer tokenizer = GgufTokenizerTest.fromMetadata(metadata)) {
            int[] prompt = tokenizer.encodePrompt("ab");
            int[] completion = {6, 9, 6, 4, 5, 3, 10};
            assertEquals(" ab é\n a", stream(tokenizer, prompt, completion));
            assertEquals("ab é\n a", stream(tokenizer, new int[0], completion));
        }
    }
}
