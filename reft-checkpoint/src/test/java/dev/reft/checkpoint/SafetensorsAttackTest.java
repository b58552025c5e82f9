package dev.reft.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Malformed and hostile safetensors files and indices: each refused by one exception that names file and field. */
class SafetensorsAttackTest {
    @TempDir
    Path folder;

    private CheckpointException refused(byte[] bytes) {
        Path file = TestBytes.write(folder.resolve("model.safetensors"), bytes);
        CheckpointException refused = assertThrows(CheckpointException.class, () -> TensorFile.open(file));
        assertEquals(file.toString(), refused.file());
        assertTrue(refused.getMessage().length() < 1000, refused.getMessage());
        return refused;
    }

    @Test
    void aGoodFileIsRead() {
        byte[] good = TestBytes.safetensors(
                "{\"b\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[4,8]},\"a\":{\"dtype\":\"BF16\",\"shape\":[2,1],"
                        + "\"data_offsets\":[0,4]},\"none\":{\"dtype\":\"F32\",\"shape\":[0,5],\"data_offsets\":[4,4]}}  ",
                8);
        Path file = TestBytes.write(folder.resolve("model.safetensors"), good);
        try (TensorFile read = TensorFile.open(file)) {
            assertEquals(3, read.tensors().size());
            FloatBuffer two = FloatBuffer.allocate(2);
            read.stored().get("a").decode(0, two);
            assertArrayEquals(new float[2], two.array());
            StoredTensor none = read.stored().get("none");
            assertEquals(0, none.raw().remaining());
            none.decode(0, FloatBuffer.allocate(0));
            assertThrows(
                    IllegalArgumentException.class, () -> read.stored().get("a").decode(1, FloatBuffer.allocate(2)));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> read.stored().get("a").decode(Long.MAX_VALUE, FloatBuffer.allocate(1)));
        }
    }

    /** Headers of one or two tensors before 8 bytes of data. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'a':{'dtype':'F32','shape':[2],'data_offsets':[0,16]} | data_offsets | at most 8",
                "'a':{'dtype':'F32','shape':[2],'data_offsets':[-8,0]} | data_offsets | -8",
                "'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]} | data_offsets | [8, 0]",
                "'a':{'dtype':'F32','shape':[2],'data_offsets':[0]} | data_offsets | [0]",
                "'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8.0]} | data_offsets | 8.0",
                "'a':{'dtype':'F32','shape':[2],'data_offsets':[0,18446744073709551616]} | data_offsets | 1844",
                "'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]} | data_offsets | takes 12",
                "'a':{'dtype':'F16','shape':[2],'data_offsets':[0,8]} | data_offsets | takes 4",
                "'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]} | shape | -2",
                "'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,8]} | shape | too many",
                "'a':{'dtype':'F32','shape':'2','data_offsets':[0,8]} | shape | list",
                "'a':{'dtype':'F32','shape':[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2],'data_offsets':[0,8]} | shape | 16",
                "'a':{'dtype':'F31','shape':[2],'data_offsets':[0,8]} | dtype | F31",
                "'a':{'dtype':'Q8_0','shape':[2],'data_offsets':[0,8]} | dtype | Q8_0",
                "'a':{'dtype':3,'shape':[2],'data_offsets':[0,8]} | dtype | 3",
                "'a':{'dtype':'F32','shape':[2]} | tensor 'a' | data_offsets only",
                "'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8],'x':1} | tensor 'a' | x",
                "'a':[] | header | START_OBJECT",
                "'a':null | header | START_OBJECT",
                "'__metadata__':{'format':3} | __metadata__ | string",
                "'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]} | data | 4 bytes",
                "'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]} | data_offsets | gap",
                "'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'b':{'dtype':'F32','shape':[2],"
                        + "'data_offsets':[0,8]} | data_offsets | overlap",
                "'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'a':{'dtype':'F32','shape':[1],"
                        + "'data_offsets':[4,8]} | header | Duplicate",
                "'a':{'dtype':'F32','dtype':'F32','shape':[2],'data_offsets':[0,8]} | header | Duplicate",
            })
    void aHeaderThatLiesIsRefused(String entries, String field, String problem) {
        CheckpointException refused = refused(TestBytes.safetensors("{" + entries.replace('\'', '"') + "}", 8));
        assertTrue(refused.field().contains(field), refused.field());
        assertTrue(refused.getMessage().contains(problem), refused.getMessage());
    }

    @Test
    void lengthsOfTheHeaderAreChecked() {
        assertTrue(refused(new byte[0]).field().contains("header length"));
        assertTrue(refused(new byte[7]).field().contains("header length"));
        assertTrue(refused(new byte[8]).getMessage().contains("'{'"));
        assertTrue(refused(new TestBytes().i64(-1).ascii("{}").bytes())
                .getMessage()
                .contains("18446744073709551615"));
        assertTrue(refused(new TestBytes().i64(Long.MAX_VALUE).ascii("{}").bytes())
                .getMessage()
                .contains("9223372036854775807"));
        assertTrue(refused(new TestBytes().i64(99_999_999).ascii("{}").bytes())
                .getMessage()
                .contains("passes the end"));
        assertTrue(
                refused(new TestBytes().i64(3).ascii("{}").bytes()).getMessage().contains("passes the end"));
    }

    @Test
    void aHugeSparseFileTakesNoMemory() throws IOException {
        Path file = folder.resolve("model.safetensors");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(
                    ByteBuffer.wrap(new TestBytes().i64(100_000_000).ascii("{").bytes()));
            channel.write(ByteBuffer.allocate(1), 1L << 36);
        }
        long allocated = Allocation.of(() -> assertThrows(CheckpointException.class, () -> TensorFile.open(file)));
        assertTrue(allocated < 1 << 20, "allocated " + allocated);
    }

    @Test
    void headersThatAreNoJsonAreRefused() {
        for (String header : new String[] {
            " {}", "[]", "{", "{\"a\"", "{\"a\":", "{}}", "{} {}", "{}\u0000", "{'a':1}", "{\"a\":NaN}", "{//c\n}"
        }) {
            assertEquals("header", refused(TestBytes.safetensors(header, 0)).field(), header);
        }
        String deep = "{\"a\":{\"shape\":" + "[".repeat(1 << 20);
        assertTrue(refused(TestBytes.safetensors(deep, 0)).getMessage().contains("depth"));
        String wide = "{\"" + "a".repeat(1 << 20) + "\":{}}";
        assertEquals("header", refused(TestBytes.safetensors(wide, 0)).field());
        byte[] latin =
                new TestBytes().i64(6).ascii("{\"").u8(0xff).ascii("\":1").bytes();
        assertTrue(refused(latin).getMessage().contains("UTF-8"));
    }

    @Test
    void aTensorAboveTwoGigabytesIsNamed() throws IOException {
        Path file = folder.resolve("model.safetensors");
        long bytes = 1L << 31;
        String header =
                "{\"wide\":{\"dtype\":\"F32\",\"shape\":[" + bytes / 4 + "],\"data_offsets\":[0," + bytes + "]}}";
        byte[] head = TestBytes.safetensors(header, 0);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(head));
            channel.write(ByteBuffer.allocate(1), head.length + bytes - 1);
        }
        try (TensorFile read = TensorFile.open(file)) {
            String message = assertThrows(
                            CheckpointException.class,
                            () -> read.stored().get("wide").raw())
                    .getMessage();
            assertTrue(message.contains("wide") && message.contains("2147483648"), message);
        }
    }

    @Test
    void aFileThatBecameShorterIsNotMappedBeyondItsEnd() throws IOException {
        byte[] good = TestBytes.safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8);
        Path file = TestBytes.write(folder.resolve("model.safetensors"), good);
        try (TensorFile read = TensorFile.open(file)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(good.length - 4);
            }
            assertThrows(CheckpointException.class, () -> read.stored().get("a").raw());
        }
    }

    // ---- shards

    private void model(String weightMap) {
        TestBytes.write(folder.resolve("config.json"), "{\"model_type\":\"llama\"}");
        TestBytes.write(folder.resolve("model.safetensors.index.json"), "{\"weight_map\":" + weightMap + "}");
        for (String name : new String[] {"a", "b"}) {
            TestBytes.write(
                    folder.resolve(name + ".safetensors"),
                    TestBytes.safetensors(
                            "{\"" + name + "\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4));
        }
    }

    @Test
    void goodShardsAreRead() {
        model("{\"a\":\"a.safetensors\",\"b\":\"b.safetensors\"}");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertEquals(2, checkpoint.tensors().size());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'a':'../a.safetensors'} | its own directory",
                "{'a':'/etc/passwd'} | its own directory",
                "{'a':'..'} | its own directory",
                "{'a':''} | its own directory",
                "{'a':'x/../a.safetensors'} | its own directory",
                "{'a':'x\\\\a.safetensors'} | its own directory",
                "{'a':'a.safetensors\\u0000'} | its own directory",
                "{'a':'\\ud800'} | its own directory",
                "{'a':'C:a'} | its own directory",
                "{'a':7} | name of a file",
                "{'a':'missing.safetensors'} | not there",
                "{'a':'b.safetensors'} | does not hold",
                "{'a':'a.safetensors','b':'a.safetensors'} | does not hold",
                "{'a':'a.safetensors','c':'b.safetensors'} | does not hold",
                "{'c':'a.safetensors'} | does not hold",
                "{'a':'a.safetensors','a':'b.safetensors'} | Duplicate",
                "[] | must be an object",
            })
    void anIndexThatLiesIsRefused(String map, String problem) {
        model(map.replace('\'', '"'));
        String message = assertThrows(CheckpointException.class, () -> Checkpoint.open(folder))
                .getMessage();
        assertTrue(message.contains("model.safetensors.index.json"), message);
        assertTrue(message.contains(problem), message);
    }

    @Test
    void aTensorThatTheIndexPutsElsewhereIsRefused() {
        model("{\"a\":\"a.safetensors\",\"b\":\"b.safetensors\"}");
        TestBytes.write(
                folder.resolve("b.safetensors"),
                TestBytes.safetensors(
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                                + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                        8));
        String message = assertThrows(CheckpointException.class, () -> Checkpoint.open(folder))
                .getMessage();
        assertTrue(message.contains("b.safetensors: tensor 'a'") && message.contains("says a.safetensors"), message);
    }

    @Test
    void aLinkOutOfTheDirectoryIsRefusedButNotTheHubsCache(@TempDir Path other) throws IOException {
        model("{\"a\":\"a.safetensors\",\"b\":\"b.safetensors\"}");
        Path outside = other.resolve("a.safetensors");
        Files.move(folder.resolve("a.safetensors"), outside);
        Files.createSymbolicLink(folder.resolve("a.safetensors"), outside);
        String message = assertThrows(CheckpointException.class, () -> Checkpoint.open(folder))
                .getMessage();
        assertTrue(message.contains("a link out of its directory"), message);

        Path blobs = Files.createDirectories(other.resolve("blobs"));
        Path snapshot = Files.createDirectories(other.resolve("snapshots/f00"));
        for (String name : new String[] {"config.json", "model.safetensors.index.json", "b.safetensors"}) {
            Files.move(folder.resolve(name), blobs.resolve(name + "1"));
            Files.createSymbolicLink(snapshot.resolve(name), Path.of("../../blobs", name + "1"));
        }
        Files.move(outside, blobs.resolve("a1"));
        Files.createSymbolicLink(snapshot.resolve("a.safetensors"), Path.of("../../blobs/a1"));
        try (Checkpoint checkpoint = Checkpoint.open(snapshot)) {
            assertEquals(2, checkpoint.tensors().size());
        }
    }

    @Test
    void pathsThatAreNoModelSayWhatIsThere() throws IOException {
        assertProblem(folder.resolve("absent"), "is not there");
        assertProblem(folder, "neither a config.json nor a .gguf");
        assertProblem(TestBytes.write(folder.resolve("x.bin"), ""), "neither a directory nor a .gguf file");
        TestBytes.write(folder.resolve("x.gguf"), "");
        assertProblem(folder, "x.gguf");
        TestBytes.write(folder.resolve("y.gguf"), "");
        assertProblem(folder, "[x.gguf, y.gguf]");
        TestBytes.write(folder.resolve("config.json"), "{\"model_type\":\"llama\"}");
        assertProblem(folder, "nor is model.safetensors.index.json");
        TestBytes.write(folder.resolve("pytorch_model.bin"), "");
        assertProblem(folder, "pickle");
        Files.createDirectory(folder.resolve("model.safetensors"));
        assertProblem(folder, "model.safetensors");
    }

    private static void assertProblem(Path path, String problem) {
        String message = assertThrows(CheckpointException.class, () -> Checkpoint.open(path))
                .getMessage();
        assertTrue(message.contains(problem), message);
    }
}
