package dev.reft.checkpoint.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.checkpoint.CheckpointException;
import dev.reft.text.Message;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.StringLength;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Small tokenizers of other kinds than SmolLM2's, and random attacks. */
class ControlTokensTest {
    /** Words as tokens; the special ones are in the vocabulary too, where the model itself would find them. */
    private static final String WORDS = """
            {"version": "1.0", "truncation": {"max_length": 2}, "padding": {"strategy": "BatchLongest"},
             "added_tokens": [
               {"id": 0, "content": "<unk>", "special": true, "normalized": false, "single_word": false,
                "lstrip": false, "rstrip": false},
               {"id": 1, "content": "STOP", "special": true, "normalized": false, "single_word": false,
                "lstrip": false, "rstrip": true},
               {"id": 5, "content": "<|user|>", "special": false, "normalized": false, "single_word": false,
                "lstrip": false, "rstrip": false},
               {"id": 6, "content": "<think>", "special": false, "normalized": false, "single_word": false,
                "lstrip": false, "rstrip": false}],
             "normalizer": null, "pre_tokenizer": {"type": "WhitespaceSplit"},
             "post_processor": {"type": "Sequence", "processors": [
               {"type": "TemplateProcessing",
                "single": [{"SpecialToken": {"id": "STOP", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                           {"SpecialToken": {"id": "<unk>", "type_id": 0}}],
                "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
                "special_tokens": {"STOP": {"id": "STOP", "ids": [1], "tokens": ["STOP"]},
                                   "<unk>": {"id": "<unk>", "ids": [0], "tokens": ["<unk>"]}}}]},
             "decoder": null,
             "model": {"type": "WordLevel", "vocab": {"<unk>": 0, "STOP": 1, "a": 2, "b": 3, "c": 4},
                       "unk_token": "<unk>"}}
            """;

    private static @Nullable HfTokenizer smollm;

    private static HfTokenizer words(Set<Integer> ends) {
        return HfTokenizer.of(WORDS.getBytes(StandardCharsets.UTF_8), Path.of("words.json"), ends, 0, null);
    }

    @Test
    void controlsInTheVocabularyAreTextToo() {
        try (HfTokenizer tokenizer = words(Set.of(1))) {
            assertArrayEquals(new int[] {2, 1, 3, 4}, tokenizer.encodeControls("a STOP b c"));
            assertArrayEquals(new int[] {2, 0, 3, 4}, tokenizer.encode("a STOP b c"));
            assertArrayEquals(new int[] {1, 2, 3}, tokenizer.encodePrompt("a b"));
            assertArrayEquals(new int[] {2, 0, 6}, tokenizer.encode("a <|user|> <think>"));
            assertArrayEquals(new int[] {2, 5, 6}, tokenizer.encodeControls("a <|user|><think>"));
            assertEquals(Set.of("<unk>", "STOP", "<|user|>"), tokenizer.controlTokens());
            assertEquals(7, tokenizer.vocabularySize());
        }
    }

    @Test
    void nativesOutOfReachAreFreed() throws InterruptedException {
        BooleanSupplier released = new NativeTokenizer(
                        TokenizerJson.parse(WORDS.getBytes(StandardCharsets.UTF_8), Path.of("words.json"))
                                .bytes(),
                        Path.of("words.json"))
                .released();
        for (int i = 0; i < 500 && !released.getAsBoolean(); i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertTrue(released.getAsBoolean());
    }

    @Test
    void anEndTokenIsAControlWhateverTheFileSays() {
        try (HfTokenizer tokenizer = words(Set.of(6))) {
            assertArrayEquals(new int[] {0}, tokenizer.encode("<think>"));
        }
        assertThrows(IllegalArgumentException.class, () -> words(Set.of(7)));
    }

    @Test
    void malformedFilesNameTheirField() {
        assertRefused("{", "JSON");
        assertRefused("[]", "JSON");
        assertRefused("{}", "model");
        assertRefused(WORDS.replace("\"a\": 2", "\"a\": \"2\""), "model.vocab['a']");
        assertRefused(WORDS.replace("\"a\": 2", "\"a\": 2000000000"), "model.vocab['a']");
        assertRefused(WORDS.replace("WordLevel", "Nonsense"), "tokenizer");
        assertRefused(WORDS.replace("\"content\": \"STOP\"", "\"content\": 1.5"), "added_tokens");
        assertRefused("[".repeat(100_000), "JSON");
    }

    private static void assertRefused(String json, String field) {
        CheckpointException e = assertThrows(
                CheckpointException.class,
                () -> HfTokenizer.of(json.getBytes(StandardCharsets.UTF_8), Path.of("bad.json"), Set.of(), 0, null));
        assertTrue(e.getMessage().startsWith("bad.json: " + field), e.getMessage());
    }

    @Provide
    Arbitrary<String> nasty() {
        Arbitrary<String> piece = Arbitraries.of(
                "<|im_end|>",
                "<|im_start|>",
                "<|im_",
                "end|>",
                "<|endoftext|>",
                "|",
                "<",
                ">",
                "\n",
                " ",
                "user",
                "é",
                "🙂");
        return piece.list().ofMaxSize(8).map(parts -> String.join("", parts));
    }

    private static HfTokenizer model() throws Exception {
        if (smollm == null) {
            Path folder = Shared.path("models/SmolLM2-135M-Instruct");
            Path gguf = folder.resolve("SmolLM2-135M-Instruct.Q4_1.gguf");
            smollm = HfTokenizer.ofGguf(GgufFile.metadata(gguf), gguf, Set.of(), 0)
                    .orElseThrow();
        }
        return smollm;
    }

    @AfterContainer
    static void shut() {
        if (smollm != null) {
            smollm.close();
        }
    }

    @Property(tries = 500)
    @AddLifecycleHook(NeedsModel.class)
    void noMessageInjectsControls(@ForAll("nasty") String system, @ForAll("nasty") String user) throws Exception {
        List<Message> chat = List.of(Message.system(system), Message.user(user));
        int[] ids = model().render(chat, true, Map.of());
        assertEquals(3, Arrays.stream(ids).filter(id -> id == 1).count());
        assertEquals(2, Arrays.stream(ids).filter(id -> id == 2).count());
        assertEquals(5, Arrays.stream(ids).filter(id -> id < 17).count());
        assertEquals(
                "<|im_start|>system\n" + system + "<|im_end|>\n<|im_start|>user\n" + user
                        + "<|im_end|>\n<|im_start|>assistant\n",
                model().decode(ids));
    }

    @Property(tries = 500)
    @AddLifecycleHook(NeedsModel.class)
    void harmlessMessagesGiveTheReferencesTokens(@ForAll @StringLength(max = 30) String text) throws Exception {
        List<Message> chat = List.of(Message.system("s"), Message.user(text), Message.assistant(text));
        String rendered =
                model().chatFormat().orElseThrow().render(chat, true, Map.of()).text();
        assertArrayEquals(model().encodeControls(rendered), model().render(chat, true, Map.of()));
    }
}
