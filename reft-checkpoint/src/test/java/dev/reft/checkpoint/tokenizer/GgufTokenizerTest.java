package dev.reft.checkpoint.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class GgufTokenizerTest {
    private static @Nullable HfTokenizer fromJson;
    private static @Nullable HfTokenizer fromGguf;

    @Test
    void goldenCases() throws Exception {
        int seen = 0;
        for (Path expected : Shared.files("golden/models/gguf", "expected*.json")) {
            JsonNode tree = Shared.json(expected);
            for (String name : tree.path("files").propertyNames()) {
                Path file = expected.resolveSibling(name);
                try (HfTokenizer tokenizer = HfTokenizer.ofGguf(GgufFile.metadata(file), file, Set.of(), 263)
                        .orElseThrow()) {
                    assertEquals(Set.of(2), tokenizer.endIds());
                    for (JsonNode one : tree.path("tokenizer")) {
                        String text = one.path("text").asString();
                        int[] ids = Shared.ints(one.path("ids"));
                        assertArrayEquals(ids, tokenizer.encodeControls(text), () -> file + ": " + text);
                        assertEquals(text, tokenizer.decode(ids));
                        seen++;
                    }
                }
            }
        }
        System.out.println("gguf, tokenizer texts of all files: " + seen + " cases");
        assertTrue(seen >= 40, "cases seen: " + seen);
    }

    /** Where no tokenizer.json lies beside. */
    static HfTokenizer fromMetadata(Map<String, Object> metadata) throws IOException {
        return HfTokenizer.ofGguf(metadata, Path.of("nowhere/file.gguf"), Set.of(), 0)
                .orElseThrow();
    }

    private static void open() throws Exception {
        if (fromJson != null) {
            return;
        }
        Path folder = Shared.path("models/SmolLM2-135M-Instruct");
        fromJson = HfTokenizer.of(folder.resolve("tokenizer.json"), Set.of(2), 0, null);
        Path gguf = folder.resolve("SmolLM2-135M-Instruct.Q4_1.gguf");
        fromGguf = fromMetadata(GgufFile.metadata(gguf));
    }

    @AfterContainer
    static void shut() {
        if (fromJson != null && fromGguf != null) {
            fromJson.close();
            fromGguf.close();
            fromJson = null;
        }
    }

    @Property(tries = 2000)
    @AddLifecycleHook(NeedsModel.class)
    void metadataGivesTheSameTokensAsTheJson(@ForAll @StringLength(max = 40) String text) throws Exception {
        open();
        assertArrayEquals(fromJson.encode(text), fromGguf.encode(text));
        assertArrayEquals(fromJson.encodeControls(text), fromGguf.encodeControls(text));
        assertArrayEquals(fromJson.encodePrompt(text), fromGguf.encodePrompt(text));
        assertArrayEquals(fromJson.encodeControls(text), fromJson.encode(text));
    }

    @Test
    void metadataGivesTheSameTokensOnOrdinaryText() throws Exception {
        Shared.path("models/SmolLM2-135M-Instruct");
        open();
        for (String text : List.of(
                "a  12 b",
                "12  34",
                "I'll don't WE'VE 1,000.50 ٣٫١٤ ½",
                " \n\t 7\r\n<|im_end|> x<repo_name>",
                "日本語 🙂 e\u0301")) {
            assertArrayEquals(fromJson.encode(text), fromGguf.encode(text), text);
            assertArrayEquals(fromJson.encodeControls(text), fromGguf.encodeControls(text), text);
            assertEquals(text, fromGguf.decode(fromGguf.encode(text)));
        }
    }

    static Map<String, Object> sentencePiece() {
        List<String> tokens = List.of(
                "<unk>", "<s>", "</s>", "<0x0A>", "<0xC3>", "<0xA9>", "\u2581", "a", "b", "ab", "\u2581a", "x", "<",
                "s", ">", "/", "</", "s>", "!");
        Map<String, Object> map = new HashMap<>();
        map.put("tokenizer.ggml.model", "llama");
        map.put("tokenizer.ggml.tokens", tokens);
        map.put("tokenizer.ggml.token_type", new int[] {2, 3, 3, 6, 6, 6, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
        map.put(
                "tokenizer.ggml.scores",
                new float[] {0, 0, 0, 0, 0, 0, -20, -21, -22, -1, -2, -3, -23, -24, -25, -26, -4, -5, -27});
        map.put("tokenizer.ggml.bos_token_id", 1);
        map.put("tokenizer.ggml.eos_token_id", 2L);
        map.put("tokenizer.ggml.unknown_token_id", 0);
        return map;
    }

    @Test
    void sentencePieceMergesByScoreAndFallsBackToBytes() throws Exception {
        Map<String, Object> map = sentencePiece();
        try (HfTokenizer tokenizer = fromMetadata(map)) {
            assertArrayEquals(new int[] {6, 9, 6, 9}, tokenizer.encode("ab ab"));
            assertArrayEquals(new int[] {6, 4, 5, 3}, tokenizer.encode("\u00e9\n"));
            assertArrayEquals(new int[] {1, 6, 9}, tokenizer.encodePrompt("ab"));
            assertEquals("\u00e9\nab", tokenizer.decode(tokenizer.encode("\u00e9\nab")));
            assertEquals(Set.of(2), tokenizer.endIds());
        }
        float[] scores = (float[]) map.get("tokenizer.ggml.scores");
        scores[10] = -0.5f;
        try (HfTokenizer tokenizer = fromMetadata(map)) {
            assertArrayEquals(new int[] {10, 8, 10, 8}, tokenizer.encode("ab ab"));
        }
    }

    @Test
    void sentencePieceTextCannotSpellControls() throws Exception {
        try (HfTokenizer tokenizer = fromMetadata(sentencePiece())) {
            assertArrayEquals(new int[] {2}, tokenizer.encodeControls("</s>"));
            int[] text = tokenizer.encode("</s>");
            assertArrayEquals(new int[] {6, 16, 17}, text);
            assertEquals("</s>", tokenizer.decode(text));
        }
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        Map<String, Object> map = new HashMap<>();
        map.put("tokenizer.ggml.model", "gpt2");
        map.put("tokenizer.ggml.pre", "frobnicate");
        map.put("tokenizer.ggml.tokens", List.of("a"));
        assertRefused(map, "frobnicate");
        map.put("tokenizer.ggml.model", "rwkv");
        assertRefused(map, "rwkv");
        map.put("tokenizer.ggml.model", "gpt2");
        map.put("tokenizer.ggml.pre", "gpt-2");
        assertRefused(map, "tokenizer.ggml.merges");
        map.put("tokenizer.ggml.merges", List.of(1));
        assertRefused(map, "tokenizer.ggml.merges");
        map.put("tokenizer.ggml.merges", List.of("a b"));
        assertRefused(map, "refused");
        map.put("tokenizer.ggml.merges", List.of());
        map.put("tokenizer.ggml.token_type", List.of(1, 1));
        assertRefused(map, "token_type");
        map.remove("tokenizer.ggml.token_type");
        map.put("tokenizer.ggml.add_bos_token", true);
        map.put("tokenizer.ggml.bos_token_id", 7);
        assertRefused(map, "bos_token_id: is 7");
        map.remove("tokenizer.ggml.add_bos_token");
        map.put("tokenizer.ggml.tokens", List.of("a", "a"));
        assertRefused(map, "twice");
    }

    private static void assertRefused(Map<String, Object> map, String named) {
        Exception e = assertThrows(CheckpointException.class, () -> fromMetadata(map));
        assertTrue(
                e.getMessage().startsWith("nowhere/file.gguf") && e.getMessage().contains(named), e.getMessage());
    }
}
