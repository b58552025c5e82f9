package dev.reft.checkpoint.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.checkpoint.CheckpointException;
import dev.reft.checkpoint.ModelConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a tokenizer.json says, in the keys of GGUF and back. */
class GgufTokenizersTest {
    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final String TEXT = "It's 12345 o'clock,  WE'LL see\n\n 7:\t caf\u00e9 \u0967\u0968 <end>?!";
    private static final String CL100K = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
            + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    @TempDir
    Path folder;

    private ModelConfig config(int size) throws IOException {
        Files.writeString(folder.resolve("config.json"), """
                {"model_type": "llama", "vocab_size": %d, "hidden_size": 8, "intermediate_size": 8,
                 "num_hidden_layers": 1, "num_attention_heads": 2, "bos_token_id": null, "eos_token_id": 2}
                """.formatted(size));
        return ModelConfig.read(folder);
    }

    private Map<String, Object> metadata(ObjectNode tokenizer, Integer... ends) throws IOException {
        Files.write(folder.resolve("tokenizer.json"), MAPPER.writeValueAsBytes(tokenizer));
        int size = tokenizer.path("model").path("vocab").size();
        return GgufTokenizers.metadata(folder, config(size), List.of(ends));
    }

    /** A byte-level tokenizer: all bytes, a few digits and words that were merged. */
    private static ObjectNode byteLevel(String pattern, boolean wholeWords) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("version", "1.0").putNull("normalizer").putNull("post_processor");
        root.putArray("added_tokens");
        ArrayNode steps =
                root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
        ObjectNode split = steps.addObject()
                .put("type", "Split")
                .put("behavior", "Isolated")
                .put("invert", false);
        split.putObject("pattern").put("Regex", pattern);
        steps.addObject()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", false);
        root.putObject("decoder")
                .put("type", "ByteLevel")
                .put("add_prefix_space", true)
                .put("trim_offsets", true)
                .put("use_regex", true);
        ObjectNode model = root.putObject("model").put("type", "BPE").put("ignore_merges", wholeWords);
        model.putNull("dropout")
                .putNull("unk_token")
                .putNull("continuing_subword_prefix")
                .putNull("end_of_word_suffix");
        model.put("fuse_unk", false).put("byte_fallback", false);
        ObjectNode vocabulary = model.putObject("vocab");
        int extra = 256;
        for (int b = 0; b < 256; b++) {
            boolean plain = b > ' ' && b < 0x7f || b >= 0xa1 && b <= 0xac || b >= 0xae;
            vocabulary.put(Character.toString(plain ? b : extra++), b);
        }
        ArrayNode merges = model.putArray("merges");
        for (String pair : List.of("1 2", "3 4", "12 3", "l l", "o '", "s e")) {
            merges.add(pair);
            vocabulary.put(pair.replace(" ", ""), vocabulary.size());
        }
        return root;
    }

    @ParameterizedTest
    @CsvSource({"dbrx, 3, false", "llama-bpe, 3, true", "stablelm2, 1, false"})
    void cl100kHasANameByWhatItDoes(String name, int digits, boolean wholeWords) throws IOException {
        ObjectNode tokenizer = byteLevel(CL100K.replace("{1,3}", digits == 3 ? "{1,3}" : ""), wholeWords);
        Map<String, Object> metadata = metadata(tokenizer, 2);
        assertEquals(name, metadata.get("tokenizer.ggml.pre"));
        try (HfTokenizer expected = HfTokenizer.of(folder.resolve("tokenizer.json"), Set.of(2), 0, null);
                HfTokenizer found = GgufTokenizerTest.fromMetadata(metadata)) {
            assertArrayEquals(expected.encode(TEXT), found.encode(TEXT));
            assertEquals(TEXT, found.decode(found.encode(TEXT)));
            assertEquals(Set.of(2), found.endIds());
        }
        metadata.put("tokenizer.ggml.pre", "smaug-bpe");
        GgufTokenizerTest.fromMetadata(metadata).close();
    }

    @Test
    void moreEndsThanAFileNamesAreRefused() throws IOException {
        ObjectNode tokenizer = byteLevel(CL100K, false);
        Map<String, Object> three = metadata(tokenizer, 5, 6, 7);
        assertEquals(
                List.of(5, 6, 7),
                List.of(
                        three.get("tokenizer.ggml.eos_token_id"),
                        three.get("tokenizer.ggml.eot_token_id"),
                        three.get("tokenizer.ggml.eom_token_id")));
        refused("[5, 6, 7, 8]", tokenizer, 5, 6, 7, 8);
        Files.delete(folder.resolve("tokenizer.json"));
        assertThrows(CheckpointException.class, () -> GgufTokenizers.metadata(folder, config(10), List.of(1, 2, 3, 4)));
    }

    private void refused(String named, ObjectNode tokenizer, Integer... ends) {
        CheckpointException refused = assertThrows(CheckpointException.class, () -> metadata(tokenizer, ends));
        assertTrue(String.valueOf(refused.getMessage()).contains(named), refused.getMessage());
    }

    @Test
    void aModelWithoutATokenizerIsForTokenIds() throws IOException {
        Map<String, Object> metadata = GgufTokenizers.metadata(folder, config(10), List.of(2));
        assertEquals(Map.of("tokenizer.ggml.model", "none", "tokenizer.ggml.eos_token_id", 2), metadata);
        Path file = folder.resolve("x.gguf");
        for (String kind : List.of("none", "no_vocab")) {
            Map<String, Object> read = new HashMap<>(metadata);
            read.put("tokenizer.ggml.model", kind);
            assertEquals(Optional.empty(), HfTokenizer.ofGguf(read, file, Set.of(), 10));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'\"ab\"', merges[0]",
        "'[\"a\"]', merges[0]",
        "'[\"a\",\"b\",\"c\"]', merges[0]",
        "'7', merges[0]",
        "'\" b\"', merges[0]"
    })
    void mergesThatAreNoPairsAreNamed(String merge, String where) {
        for (boolean sentencePiece : new boolean[] {false, true}) {
            ObjectNode tokenizer = byteLevel(CL100K, false);
            ((ArrayNode) tokenizer.path("model").path("merges"))
                    .removeAll()
                    .add(MAPPER.readTree(merge.getBytes(StandardCharsets.UTF_8)));
            if (sentencePiece) {
                ((ObjectNode) tokenizer.path("model")).put("byte_fallback", true);
                tokenizer.putNull("pre_tokenizer");
                tokenizer.putObject("normalizer").put("type", "Prepend").put("prepend", "\u2581");
            }
            refused(where, tokenizer, 2);
        }
    }

    @Test
    void idsBeyondIntegersAreNamed() {
        for (Object id : List.of(-1L, 1L << 40, "two")) {
            Map<String, Object> metadata = GgufTokenizerTest.sentencePiece();
            metadata.put("tokenizer.ggml.eos_token_id", id);
            CheckpointException refused =
                    assertThrows(CheckpointException.class, () -> GgufTokenizerTest.fromMetadata(metadata));
            assertTrue(String.valueOf(refused.getMessage()).contains("eos_token_id"), refused.getMessage());
        }
    }
}
