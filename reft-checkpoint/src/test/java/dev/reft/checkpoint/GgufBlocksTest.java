package dev.reft.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class GgufBlocksTest {
    private static int expected;
    private static int compared;

    @AfterAll
    static void tell() {
        System.out.println("gguf, blocks: " + compared + " of " + expected + " cases");
    }

    @TestFactory
    List<DynamicTest> everyTypeDecodesItsReferenceBlocks() {
        JsonFields types = JsonFields.read(Shared.folder("golden/models/gguf/blocks.json"));
        assertTrue(types.asMap().size() >= 12);
        expected = types.asMap().keySet().stream()
                .mapToInt(name -> types.object(name)
                        .orElseThrow()
                        .texts("blocks_hex")
                        .orElseThrow()
                        .size())
                .sum();
        return types.asMap().keySet().stream()
                .map(name -> DynamicTest.dynamicTest(
                        name,
                        () -> check(TensorType.valueOf(name), types.object(name).orElseThrow())))
                .toList();
    }

    private static void check(TensorType type, JsonFields golden) {
        assertEquals(golden.positive("elements_per_block", 0), type.blockElements());
        assertEquals(golden.positive("bytes_per_block", 0), type.blockBytes());
        List<String> blocks = golden.texts("blocks_hex").orElseThrow();
        List<?> values = (List<?>) golden.asMap().get("values");
        // all blocks at once, so that the strides are tested too
        byte[] bytes = HexFormat.of().parseHex(String.join("", blocks));
        float[] floats = new float[blocks.size() * type.blockElements()];
        Blocks.decode(type, bytes, floats, floats.length);
        for (int block = 0; block < blocks.size(); block++) {
            List<?> numbers = (List<?>) values.get(block);
            for (int i = 0; i < numbers.size(); i++) {
                float wanted = ((Number) numbers.get(i)).floatValue();
                float found = floats[block * type.blockElements() + i];
                // the reference prints ten digits, enough for every float
                assertEquals(wanted, found, 0f, () -> type + " block of " + wanted + " and " + found);
            }
            compared++;
        }
    }
}
