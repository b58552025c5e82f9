package dev.reft.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reft.checkpoint.SafetensorsWriter;
import dev.reft.checkpoint.TensorInfo;
import dev.reft.checkpoint.TensorType;
import dev.reft.model.ModelSpec;
import dev.reft.model.Precision;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reference numbers of the shared folder, and what tests open graphs with. */
final class Golden {
    /** Margins of logits above it decide: logits agree to about 1e-5. */
    private static final double CERTAIN = 1e-4;

    private Golden() {}

    static Path shared(String... parts) {
        Path path = Path.of(System.getProperty("reft.shared", "../../shared"));
        for (String part : parts) {
            path = path.resolve(part);
        }
        assumeTrue(Files.exists(path), () -> "skipped: no reference numbers in this checkout");
        return path;
    }

    static JsonNode json(Path file) {
        return JsonMapper.shared().readTree(file.toFile());
    }

    /** All tiny models, those added later included. */
    static List<Path> tinyModels() {
        try (Stream<Path> all = Files.list(shared("golden", "models", "tiny"))) {
            return all.filter(d -> Files.exists(d.resolve("expected.json")))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A graph on the CPU, computed by one thread: tests share the machine. */
    static ModelSpec spec(Path model) {
        return new ModelSpec(model.toString(), "cpu", Precision.FP32, List.of(new Threads(1)));
    }

    /** A copy of a model with the reference's value head beside it. */
    static Path withValueHead(Path model, int width, Path directory) throws IOException {
        Files.createDirectories(directory);
        try (Stream<Path> files = Files.list(model)) {
            for (Path file : files.toList()) {
                Files.copy(file, directory.resolve(file.getFileName()));
            }
        }
        float[] weight = new float[width];
        for (int j = 0; j < width; j++) {
            weight[j] = (float) (Math.rint(Math.cos(0.7 * j) * 1e6) / 1e6);
        }
        SafetensorsWriter.writeFile(
                directory.resolve("value_head.safetensors"),
                List.of(
                        tensor("value_head.weight", List.of(1L, (long) width), weight),
                        tensor("value_head.bias", List.of(1L), 0.25f)),
                Map.of());
        return directory;
    }

    static SafetensorsWriter.Tensor tensor(String name, List<Long> shape, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new SafetensorsWriter.Tensor(
                new TensorInfo(name, TensorType.F32, shape), sink -> sink.write(bytes.duplicate()));
    }

    static TokenBatch batch(JsonNode rows, float temperature) {
        List<Row> list = new ArrayList<>();
        for (JsonNode row : rows) {
            int[] ids = ints(row.get("ids"));
            int prompt = row.get("prompt").asInt();
            int[] scored = new int[ids.length - prompt];
            for (int i = 0; i < scored.length; i++) {
                scored[i] = prompt + i;
            }
            list.add(new Row(ids, scored, temperature));
        }
        return TokenBatch.of(list);
    }

    static int[] ints(JsonNode array) {
        int[] ints = new int[array.size()];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = array.get(i).asInt();
        }
        return ints;
    }

    static double[] doubles(JsonNode array) {
        double[] doubles = new double[array.size()];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = array.get(i).asDouble();
        }
        return doubles;
    }

    static void assertClose(JsonNode rows, String field, float[][] found, double tolerance, String what) {
        assertEquals(rows.size(), found.length, what);
        for (int i = 0; i < found.length; i++) {
            double[] expected = doubles(rows.get(i).get(field));
            assertEquals(expected.length, found[i].length, what + ", row " + i);
            for (int t = 0; t < expected.length; t++) {
                assertEquals(expected[t], found[i][t], tolerance, what + ", " + field + ", row " + i + ", token " + t);
            }
        }
    }

    /** Tokens of a greedy case up to the first margin that rounding may turn; none where only the smallest is given and is one. */
    static int certain(JsonNode one, int length) {
        if (one.has("margin")) {
            double[] margins = doubles(one.get("margin"));
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
