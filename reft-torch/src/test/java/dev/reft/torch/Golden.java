package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reft.model.Adapter;
import dev.reft.model.ModelSpec;
import dev.reft.model.Optimizer;
import dev.reft.model.Precision;
import dev.reft.model.ProviderOption;
import dev.reft.model.Replicas;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reference numbers of the shared folder, and what tests open models with. */
final class Golden {
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

    /** A model on the CPU, computed by one thread: tests share the machine. */
    static ModelSpec spec(Path model, Precision precision, ProviderOption... options) {
        List<ProviderOption> all = new ArrayList<>(List.of(options));
        all.add(new Threads(1));
        return new ModelSpec(model.toString(), "cpu", precision, all);
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

    /** The formula of the reference's value head. */
    static ValueLayer valueLayer(Placement placement, int hidden) {
        float[] weight = new float[hidden];
        for (int j = 0; j < hidden; j++) {
            weight[j] = (float) (Math.rint(Math.cos(0.7 * j) * 1e6) / 1e6);
        }
        try (Scope scope = new Scope()) {
            return ValueLayer.of(
                    placement, Tensor.create(weight, 1, hidden), torch.zeros(1).add_(scalar(0.25)));
        }
    }

    /** A policy that trains fully, with the reference's value head, which does not train. */
    static TorchPolicy policy(ModelSpec spec, Optimizer optimizer) {
        Options options = Options.of(spec);
        Engine.start(options.threads(), options.matmul(), spec.device());
        Training training = new Training(new ValueHead.Shared(), new Adapter.Full(), optimizer, 1, Replicas.SINGLE);
        try (Opening opening = Opening.of(spec)) {
            Decoder decoder = opening.decoder(module -> true, Parameter.Part.POLICY);
            ValueLayer layer = valueLayer(opening.placement(), opening.config().embeddingSize());
            Network network = new Network(decoder, decoder, layer);
            return new TorchPolicy(
                    network,
                    opening.info(network),
                    Optional.empty(),
                    opening.endIds(),
                    training,
                    options.checkpointing(),
                    opening.origin(null));
        }
    }

    private static org.bytedeco.pytorch.Scalar scalar(double value) {
        return new org.bytedeco.pytorch.Scalar(value);
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
}
