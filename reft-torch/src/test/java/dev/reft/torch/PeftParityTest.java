package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.checkpoint.PeftAdapter;
import dev.reft.checkpoint.TensorFile;
import dev.reft.checkpoint.TensorInfo;
import dev.reft.model.Adapter;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelSpec;
import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.ProviderOption;
import dev.reft.model.Replicas;
import dev.reft.model.Scorer;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Adapters that PEFT wrote give PEFT's log-probabilities, whichever way they are put on, and come out as they went in. */
class PeftParityTest {
    private static final Tally ADAPTERS = new Tally("peft, adapters");

    @AfterAll
    static void tell() {
        ADAPTERS.print();
    }

    static List<Path> adapters() {
        try (Stream<Path> all = Files.list(Golden.shared("golden", "models", "peft"))) {
            List<Path> found = all.filter(d -> Files.exists(d.resolve("expected.json")))
                    .sorted()
                    .toList();
            assertTrue(!found.isEmpty(), "no adapters");
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ModelSpec spec(Path adapter, ProviderOption... more) {
        JsonNode expected = Golden.json(adapter.resolve("expected.json"));
        Path base =
                Golden.shared("golden", "models", "tiny", expected.get("base").asString());
        ProviderOption[] options = Stream.concat(Stream.of(new AdapterFiles(adapter.toString())), Stream.of(more))
                .toArray(ProviderOption[]::new);
        return Golden.spec(base, Precision.FP32, options);
    }

    private static void check(Path adapter, Scorer model, String how) {
        JsonNode rows = Golden.json(adapter.resolve("expected.json")).get("rows");
        float[][] found =
                model.score(Golden.batch(rows, 1f), Set.of(Output.LOG_PROB)).logProbs();
        Golden.assertClose(rows, "logp", found, 1e-4, adapter.getFileName() + " " + how);
    }

    static Training training(Adapter adapter) {
        return new Training(new ValueHead.None(), adapter, Optimizer.AdamW.DEFAULT, 1, Replicas.SINGLE);
    }

    private static Adapter.Lora lora(Path adapter) {
        try (PeftAdapter files = PeftAdapter.open(adapter)) {
            return files.lora();
        }
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void adaptersComputeAsPeftDoes(Path adapter) {
        ADAPTERS.expect(1);
        TorchProvider provider = new TorchProvider();
        try (LanguageModel beside = provider.open(spec(adapter));
                LanguageModel merged = provider.open(spec(adapter, new MergeAdapter()));
                Policy trains = provider.openPolicy(spec(adapter), training(lora(adapter)))) {
            check(adapter, beside, "beside");
            check(adapter, merged, "merged");
            check(adapter, trains, "trained on");
        }
        ADAPTERS.add(1);
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void anAdapterComesOutAsItWentIn(Path adapter, @TempDir Path directory) {
        Path out = directory.resolve("out");
        Path whole = directory.resolve("whole");
        try (Policy policy = new TorchProvider().openPolicy(spec(adapter), training(lora(adapter)))) {
            policy.export(out);
            Exports.merged(policy, whole);
        }
        try (TensorFile before = TensorFile.open(adapter.resolve("adapter_model.safetensors"));
                TensorFile after = TensorFile.open(out.resolve("adapter_model.safetensors"));
                PeftAdapter again = PeftAdapter.open(out)) {
            assertEquals(before.tensors().size(), after.tensors().size());
            for (TensorInfo tensor : before.tensors()) {
                assertArrayEquals(before.read(tensor.name()), after.read(tensor.name()), tensor.name());
            }
            assertEquals(lora(adapter), again.lora());
        }
        // The exported adapter names its base, so it is a model by itself.
        try (LanguageModel byItself = new TorchProvider().open(Golden.spec(out, Precision.FP32));
                LanguageModel merged = new TorchProvider().open(Golden.spec(whole, Precision.FP32))) {
            check(adapter, byItself, "by itself");
            check(adapter, merged, "exported merged");
        }
    }
}
