package dev.reft.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.io.AtomicFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
    @TempDir
    Path folder;

    private static SafetensorsWriter.Tensor tensor(String name, TensorType type, long... shape) {
        List<Long> dimensions = new ArrayList<>();
        for (long dimension : shape) {
            dimensions.add(dimension);
        }
        TensorInfo info = new TensorInfo(name, type, dimensions);
        return new SafetensorsWriter.Tensor(info, sink -> {
            // in pieces, from native memory, as an engine gives them
            for (long i = 0; i < info.elements(); i++) {
                ByteBuffer one = ByteBuffer.allocateDirect(type.blockBytes()).order(ByteOrder.LITTLE_ENDIAN);
                float value = i - 3;
                if (type == TensorType.F32) {
                    one.putFloat(value);
                } else {
                    one.putShort((short) (Float.floatToRawIntBits(value) >> 16));
                }
                sink.write(one.flip());
            }
        });
    }

    @Test
    void theFileKeepsTheRulesOfTheFormat() throws IOException {
        Path file = folder.resolve("x.safetensors");
        SafetensorsWriter.writeFile(
                file,
                List.of(
                        tensor("b", TensorType.BF16, 3),
                        tensor("c", TensorType.F32, 1, 2),
                        tensor("a", TensorType.F32)),
                Map.of("format", "pt"));
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int length = (int) bytes.getLong();
        assertEquals(0, length % 8);
        String header = new String(bytes.array(), 8, length, StandardCharsets.UTF_8);
        assertEquals(
                "{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
                        + "\"c\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[4,12]},"
                        + "\"b\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":[12,18]}}",
                header.stripTrailing());
        assertEquals(8 + length + 18, bytes.capacity());
        try (TensorFile read = TensorFile.open(file)) {
            FloatBuffer three = FloatBuffer.allocate(3);
            read.stored().get("b").decode(0, three);
            assertArrayEquals(new float[] {-3, -2, -1}, three.array());
            assertEquals(Map.of("format", "pt"), read.metadata());
        }
    }

    @Test
    void aLargeModelIsCutIntoFilesAndAnOlderOneIsReplaced() throws IOException {
        Path config = folder.resolve("config.json");
        TestBytes.write(config, "{\"model_type\":\"llama\"}");
        List<SafetensorsWriter.Tensor> tensors = List.of(
                tensor("a", TensorType.F32, 4), // 16 bytes
                tensor("b", TensorType.F32, 2), // 8, fits with a into 24
                tensor("c", TensorType.F32, 100), // 400, alone
                tensor("d", TensorType.BF16, 2));
        SafetensorsWriter.write(folder, tensors, SafetensorsWriter.DEFAULT_FILE_BYTES);
        assertEquals(List.of("config.json", "model.safetensors"), names());
        SafetensorsWriter.write(folder, tensors, 24);
        assertEquals(
                List.of(
                        "config.json",
                        "model-00001-of-00003.safetensors",
                        "model-00002-of-00003.safetensors",
                        "model-00003-of-00003.safetensors",
                        "model.safetensors.index.json"),
                names());
        JsonFields index = JsonFields.read(folder.resolve("model.safetensors.index.json"));
        assertEquals(
                428,
                index.object("metadata").orElseThrow().integer("total_size").orElseThrow());
        assertEquals(
                108,
                index.object("metadata")
                        .orElseThrow()
                        .integer("total_parameters")
                        .orElseThrow());
        assertEquals(
                "model-00001-of-00003.safetensors",
                index.object("weight_map").orElseThrow().text("b").orElseThrow());
        try (Checkpoint read = Checkpoint.open(folder)) {
            assertEquals(4, read.tensors().size());
            assertEquals(96f, read.read("c")[99]);
        }
        SafetensorsWriter.write(folder, tensors, 1000);
        assertEquals(List.of("config.json", "model.safetensors"), names());
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aSourceThatGivesTooFewOrTooManyBytesLeavesTheOldFile() throws IOException {
        Path file = Files.writeString(folder.resolve("x.safetensors"), "old");
        TensorInfo info = new TensorInfo("w", TensorType.F32, List.of(2L));
        for (int bytes : new int[] {0, 7, 9}) {
            SafetensorsWriter.Tensor wrong =
                    new SafetensorsWriter.Tensor(info, sink -> sink.write(ByteBuffer.allocate(bytes)));
            String message = assertThrows(
                            IllegalArgumentException.class,
                            () -> SafetensorsWriter.writeFile(file, List.of(wrong), Map.of()))
                    .getMessage();
            assertTrue(message.contains("'w'"), message);
        }
        assertEquals("old", Files.readString(file));
        assertEquals(List.of("x.safetensors"), names());
    }

    @Test
    void namesTwiceAndTypesOfBlocksAreRefused() {
        List<SafetensorsWriter.Tensor> twice = List.of(tensor("a", TensorType.F32, 1), tensor("a", TensorType.F32, 1));
        assertThrows(IllegalArgumentException.class, () -> SafetensorsWriter.write(folder, twice, 100));
        assertThrows(IllegalArgumentException.class, () -> SafetensorsWriter.write(folder, List.of(), 0));
        assertThrows(IllegalArgumentException.class, () -> tensor("q", TensorType.Q4_0, 32));
        assertFalse(Files.exists(folder.resolve("model.safetensors")));
    }

    @Property(tries = 60)
    void whatIsWrittenIsReadAgain(
            @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 0, max = 5) Integer> rows,
            @ForAll @IntRange(min = 1, max = 80) int maxFileBytes)
            throws IOException {
        Path model = Files.createTempDirectory("reft-writer");
        try {
            TestBytes.write(model.resolve("config.json"), "{\"model_type\":\"llama\"}");
            List<SafetensorsWriter.Tensor> tensors = new ArrayList<>();
            for (int i = 0; i < rows.size(); i++) {
                TensorType type = i % 2 == 0 ? TensorType.F32 : TensorType.BF16;
                tensors.add(tensor("tensor." + i + "." + "é".repeat(i), type, rows.get(i), 3));
            }
            SafetensorsWriter.write(model, tensors, maxFileBytes);
            try (Checkpoint read = Checkpoint.open(model)) {
                assertEquals(tensors.size(), read.tensors().size());
                for (SafetensorsWriter.Tensor tensor : tensors) {
                    assertEquals(
                            tensor.info(), read.tensor(tensor.info().name()).orElseThrow());
                    float[] values = read.read(tensor.info().name());
                    for (int i = 0; i < values.length; i++) {
                        assertEquals(i - 3f, values[i]);
                    }
                }
            }
        } finally {
            AtomicFiles.deleteTree(model);
        }
    }
}
