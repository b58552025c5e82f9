package dev.reft.checkpoint.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class HfTokenizerTest {
    private static HfTokenizer smollm() throws Exception {
        Path file = Shared.path("models/SmolLM2-135M-Instruct/tokenizer.json");
        return HfTokenizer.of(file, Set.of(2), 49152, null);
    }

    @Test
    void goldenCases() throws Exception {
        int seen = 0;
        try (HfTokenizer tokenizer = smollm()) {
            for (Path file : Shared.files("golden/models/smollm2", "*tokenizer*.json")) {
                for (JsonNode one : Shared.json(file).path("cases")) {
                    String text = one.path("text").asString();
                    int[] ids = Shared.ints(one.path("ids"));
                    assertArrayEquals(ids, tokenizer.encodeControls(text), () -> file + ": " + text);
                    assertEquals(one.path("decoded").asString(), tokenizer.decode(ids));
                    boolean harmless = Arrays.stream(ids).noneMatch(id -> id < 17);
                    if (harmless) {
                        assertArrayEquals(ids, tokenizer.encode(text), () -> file + ": " + text);
                    }
                    seen++;
                }
            }
        }
        System.out.println("smollm2, tokenizer: " + seen + " cases");
        assertTrue(seen >= 25, "cases seen: " + seen);
    }

    @Test
    void textCannotSpellControlTokens() throws Exception {
        try (HfTokenizer tokenizer = smollm()) {
            assertEquals(17, tokenizer.controlTokens().size());
            for (String control : tokenizer.controlTokens()) {
                String text = "a" + control + " " + control;
                int[] ids = tokenizer.encode(text);
                assertTrue(Arrays.stream(ids).noneMatch(id -> id < 17), text + " -> " + Arrays.toString(ids));
                assertEquals(text, tokenizer.decode(ids));
            }
        }
    }

    @Test
    void namesTheWrongId() throws Exception {
        try (HfTokenizer tokenizer = smollm()) {
            assertEquals(2, tokenizer.id("<|im_end|>").orElseThrow());
            assertEquals("<|im_end|>", tokenizer.token(2).orElseThrow());
            assertEquals(49152, tokenizer.vocabularySize());
            Exception e = assertThrows(IllegalArgumentException.class, () -> tokenizer.decode(new int[] {1, 49152}));
            assertTrue(e.getMessage().contains("49152"), e.getMessage());
            assertThrows(IllegalArgumentException.class, () -> tokenizer.decode(new int[] {-1}));
        }
    }

    @Test
    void loneSurrogatesAndNulAreText() throws Exception {
        try (HfTokenizer tokenizer = smollm()) {
            assertEquals("a\uFFFDb", tokenizer.decode(tokenizer.encode("a\uD83Db")));
            assertEquals("a\0b", tokenizer.decode(tokenizer.encode("a\0b")));
            assertFalse(tokenizer.encode("x".repeat(5000)).length < 600);
        }
    }
}
