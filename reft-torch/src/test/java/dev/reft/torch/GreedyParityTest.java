package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.reft.generation.Completion;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.model.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Greedy continuations against those of transformers. */
class GreedyParityTest {
    /** Logits agree to about 1e-5. */
    private static final double CERTAIN = 1e-4;

    private static final Tally TINY = new Tally("tiny, greedy rows");
    private static final Tally GGUF = new Tally("gguf, greedy rows");
    private static final Tally SMOL = new Tally("smollm2, greedy texts");

    @AfterAll
    static void tell() {
        TINY.print();
        GGUF.print();
        SMOL.print();
    }

    static List<Path> models() {
        return Golden.tinyModels();
    }

    @ParameterizedTest
    @MethodSource("models")
    void tinyModelsContinueAlike(Path model) {
        JsonNode cases = Golden.json(model.resolve("expected.json")).get("greedy");
        continueAlike(model, cases, "prompt", 24, TINY);
    }

    /** The same model in the other format. */
    @Test
    void ggufContinuesAlike() {
        JsonNode cases = Golden.json(Golden.shared("golden", "models", "tiny", "llama", "expected.json"))
                .get("greedy");
        continueAlike(Golden.shared("golden", "models", "gguf", "tiny-llama.F32.gguf"), cases, "prompt", 24, GGUF);
    }

    @Test
    @Tag("slow")
    void smolContinuesAlike() {
        JsonNode cases = Golden.json(Golden.shared("golden", "models", "smollm2", "smollm2.json"))
                .get("greedy");
        continueAlike(Golden.shared("models", "SmolLM2-135M-Instruct"), cases, "prompt_ids", 0, SMOL);
    }

    private static void continueAlike(Path model, JsonNode cases, String prompt, int maxTokens, Tally tally) {
        tally.expect(cases.size());
        try (Generating generating = Generating.open(model, Precision.FP32)) {
            List<GenerationRequest> requests = new ArrayList<>();
            for (int i = 0; i < cases.size(); i++) {
                int most = maxTokens > 0
                        ? maxTokens
                        : cases.get(i).get("continuation").size();
                int[] ids = Golden.ints(cases.get(i).get(prompt));
                requests.add(Generating.request("case " + i, ids, 1, Sampling.GREEDY, most));
            }
            List<Completion> found = generating.generate(requests);
            assertEquals(cases.size(), found.size());
            for (int i = 0; i < found.size(); i++) {
                String name = model.getFileName() + ", case " + i;
                int[] expected = Golden.ints(cases.get(i).get("continuation"));
                int certain = certain(cases.get(i), expected.length);
                int[] tokens = found.get(i).tokens();
                assertArrayEquals(
                        Arrays.copyOf(expected, certain),
                        Arrays.copyOf(tokens, Math.min(certain, tokens.length)),
                        name);
                if (certain == expected.length) {
                    assertEquals(expected.length, tokens.length, name);
                    tally.add(1);
                }
            }
        }
    }

    /** Tokens up to the first margin that rounding may turn; none where only the smallest is given and is one. */
    private static int certain(JsonNode one, int length) {
        if (one.has("margin")) {
            double[] margins = Golden.doubles(one.get("margin"));
            for (int t = 0; t < length; t++) {
                if (margins[t] < CERTAIN) {
                    return t;
                }
            }
            return length;
        }
        return one.get("smallest_margin").asDouble() > CERTAIN ? length : 0;
    }
}
