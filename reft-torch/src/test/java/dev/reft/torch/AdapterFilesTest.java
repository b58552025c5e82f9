package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.checkpoint.TensorFile;
import dev.reft.model.Adapter;
import dev.reft.model.EngineException;
import dev.reft.model.ForwardPass;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelSpec;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.ProviderOption;
import dev.reft.model.Row;
import dev.reft.model.Slopes;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.torch.Parameter.Part;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Adapters of every kind that can be trained: into files, back, merged, and on. */
class AdapterFilesTest {
    private static final TokenBatch BATCH = TokenBatch.of(List.of(
            new Row(new int[] {3, 9, 4, 7, 1}, new int[] {1, 2, 3, 4}, 1f),
            new Row(new int[] {5, 2, 8}, new int[] {2}, 0.7f)));
    private static final Set<Output> LOG = Set.of(Output.LOG_PROB);
    private static final Adapter.Lora ALL = new Adapter.Lora(2, 3, List.of("all-linear"));

    /** A model and what is trained on it. */
    record Case(ModelSpec spec, Adapter.Lora lora) {
        @Override
        public String toString() {
            return Path.of(spec.model()).getFileName() + " " + spec.precision() + " " + lora;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(Precision.values())
                .flatMap(precision -> Stream.of(
                        new Case(Tiny.llama(precision), new Adapter.Lora(2, 3, List.of("q_proj", "down_proj"))),
                        new Case(
                                Tiny.llama(precision),
                                new Adapter.Lora(
                                        2,
                                        3,
                                        List.of("all-linear"),
                                        true,
                                        Map.of("layers.1.self_attn.k_proj", 5),
                                        Map.of("up_proj", 7.0),
                                        List.of("lm_head", "embed_tokens", "input_layernorm"))),
                        new Case(
                                Tiny.gpt2(precision),
                                new Adapter.Lora(
                                        3,
                                        6,
                                        List.of("c_attn", "c_proj"),
                                        false,
                                        Map.of("mlp.c_proj", 1),
                                        Map.of(),
                                        List.of("wpe", "ln_f"))),
                        new Case(Tiny.opt(false, precision), new Adapter.Lora(2, 4, List.of("all-linear"))),
                        new Case(Tiny.olmo2(precision), new Adapter.Lora(2, 4, List.of("all-linear")))));
    }

    private static void train(Policy policy) {
        for (int step = 0; step < 2; step++) {
            try (ForwardPass pass = policy.forward(BATCH, LOG)) {
                pass.backward(new Slopes(Map.of(Output.LOG_PROB, new float[][] {{1, -1, 0.5f, -2}, {1}})));
            }
            policy.step(new StepSize(0.05, 0, 10));
        }
    }

    private static ModelSpec with(ModelSpec spec, ProviderOption... options) {
        return new ModelSpec(
                spec.model(),
                spec.device(),
                spec.precision(),
                Stream.concat(spec.options().stream(), Stream.of(options)).toList());
    }

    private static Policy open(ModelSpec spec, Adapter adapter) {
        return new TorchProvider().openPolicy(spec, PeftParityTest.training(adapter));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatWasTrainedIsHadBackFromFiles(Case one, @TempDir Path directory) {
        Path files = directory.resolve("adapter");
        Path whole = directory.resolve("whole");
        float[][] expected;
        try (Policy policy = open(one.spec(), one.lora());
                LanguageModel before = policy.frozenCopy()) {
            train(policy);
            expected = policy.score(BATCH, LOG).logProbs();
            assertNotNear(before.score(BATCH, LOG).logProbs(), expected);
            policy.export(files);
            Exports.merged(policy, whole);
        }
        boolean half = one.spec().precision() == Precision.BF16;
        AdapterFiles put = new AdapterFiles(files.toString());
        try (Policy on = open(with(one.spec(), put), one.lora());
                LanguageModel merged = new TorchProvider().open(with(one.spec(), put, new MergeAdapter()));
                LanguageModel exported =
                        new TorchProvider().open(Golden.spec(whole, one.spec().precision()))) {
            near(expected, on.score(BATCH, LOG).logProbs(), 0);
            near(expected, merged.score(BATCH, LOG).logProbs(), half ? 0.3 : 1e-5);
            near(expected, exported.score(BATCH, LOG).logProbs(), half ? 0.3 : 1e-5);
            train(on);
            assertNotNear(expected, on.score(BATCH, LOG).logProbs());
        }
    }

    /** What trains beside the adapters is a part of the state, and of nobody else's model. */
    @Test
    void savedModulesAreOfTheState(@TempDir Path directory) {
        Adapter.Lora lora = new Adapter.Lora(
                2, 3, List.of("q_proj"), false, Map.of(), Map.of(), List.of("lm_head", "embed_tokens"));
        ModelSpec spec = Tiny.llama(Precision.FP32);
        try (Policy policy = open(spec, lora);
                Policy other = open(spec, lora)) {
            train(policy);
            try (LanguageModel copy = policy.frozenCopy()) {
                TokenScores then = copy.score(BATCH, LOG);
                policy.saveState(directory);
                train(policy);
                near(then.logProbs(), copy.score(BATCH, LOG).logProbs(), 0);
            }
            other.restoreState(directory);
            train(other);
            near(policy.score(BATCH, LOG).logProbs(), other.score(BATCH, LOG).logProbs(), 0);
        }
    }

    @Test
    void aGpt2AdapterIsAsPeftWantsIt(@TempDir Path directory) {
        Path files = directory.resolve("adapter");
        try (Policy policy = open(Tiny.gpt2(Precision.FP32), new Adapter.Lora(3, 6, List.of("c_attn")))) {
            policy.export(files);
        }
        assertTrue(Golden.json(files.resolve("adapter_config.json"))
                .get("fan_in_fan_out")
                .asBoolean());
        try (TensorFile file = TensorFile.open(files.resolve("adapter_model.safetensors"))) {
            String layer = "base_model.model.transformer.h.1.attn.c_attn.";
            assertEquals(
                    List.of(3L, 12L),
                    file.tensor(layer + "lora_A.weight").orElseThrow().shape());
            assertEquals(
                    List.of(36L, 3L),
                    file.tensor(layer + "lora_B.weight").orElseThrow().shape());
        }
    }

    @Test
    void whatDoesNotFitIsRefused(@TempDir Path directory) {
        Path files = directory.resolve("adapter");
        Adapter.Lora lora = new Adapter.Lora(2, 3, List.of("q_proj"));
        try (Policy policy = open(Tiny.llama(Precision.FP32), lora)) {
            policy.export(files);
        }
        AdapterFiles put = new AdapterFiles(files.toString());
        ModelSpec spec = with(Tiny.llama(Precision.FP32), put);
        refused("MergeAdapter", spec, new Adapter.Full());
        refused("files say", spec, new Adapter.Lora(2, 4, List.of("q_proj")));
        refused("files say", spec, new Adapter.Lora(2, 3, List.of("q_proj", "k_proj")));
        refused("no adapter", with(Tiny.llama(Precision.FP32), new MergeAdapter()), lora);
        refused("gpt2", with(Tiny.gpt2(Precision.FP32), put), lora);
        ModelSpec plain = Tiny.llama(Precision.FP32);
        refused("'wte'", plain, saving("wte"));
        refused("together", plain, saving("k_proj"));
        refused("adapted and", plain, saving("q_proj"));
        refused(
                "head too",
                Tiny.gpt2(Precision.FP32),
                new Adapter.Lora(1, 1, List.of("c_attn"), false, Map.of(), Map.of(), List.of("wte")));
        refused("does not train", with(plain, BaseStorage.INT8), new Adapter.Full());
        refused("as they are", with(spec, BaseStorage.INT8, new MergeAdapter()), lora);
        // A directory that names a base which is elsewhere.
        Path golden = Golden.shared("golden", "models", "peft", "q_v");
        refused("base_model_name_or_path", Golden.spec(golden, Precision.FP32), lora);
    }

    /** A rank that no memory holds, of one of the last layers: all that was made before it is freed again. */
    @Test
    void whatFailsHalfWayLeavesNothingBehind() {
        Adapter.Lora huge = new Adapter.Lora(
                2,
                3,
                List.of("all-linear"),
                false,
                Map.of("layers.1.mlp.down_proj", Integer.MAX_VALUE),
                Map.of(),
                List.of());
        for (ModelSpec spec : List.of(Tiny.llama(Precision.FP32), with(Tiny.llama(Precision.FP32), BaseStorage.INT8))) {
            assertThrows(EngineException.class, () -> open(spec, huge).close());
            long before = NativeHandles.count();
            assertThrows(EngineException.class, () -> open(spec, huge).close());
            assertEquals(before, NativeHandles.count());
        }
    }

    /** Sharing weights and copying adapters: each is let go of when a later layer fails. */
    @Test
    void sharingThatFailsLetsGo() {
        ModelSpec spec = Tiny.llama(Precision.FP32);
        long outside = NativeHandles.count();
        try (Opening opening = Opening.of(spec);
                Decoder decoder = Adapters.begin(opening.decoder(module -> true, Part.POLICY), ALL, Part.POLICY, 1)) {
            long before = NativeHandles.count();
            int[] calls = {0};
            assertThrows(
                    IllegalStateException.class,
                    () -> decoder.share(linear -> {
                        if (++calls[0] == 6) {
                            throw new IllegalStateException("the sixth layer");
                        }
                        return linear.copyAdapters();
                    }));
            assertEquals(before, NativeHandles.count());
            decoder.frozen().close();
            assertEquals(before, NativeHandles.count());
        }
        assertEquals(outside, NativeHandles.count());
    }

    private static Adapter.Lora saving(String module) {
        return new Adapter.Lora(1, 1, List.of("q_proj"), false, Map.of(), Map.of(), List.of(module));
    }

    private static void refused(String why, ModelSpec spec, Adapter adapter) {
        IllegalArgumentException refusal = assertThrows(
                IllegalArgumentException.class, () -> open(spec, adapter).close());
        assertTrue(String.valueOf(refusal.getMessage()).contains(why), refusal.getMessage());
    }

    private static void near(float[][] expected, float[][] found, double tolerance) {
        for (int i = 0; i < expected.length; i++) {
            assertArrayEquals(expected[i], found[i], (float) tolerance);
        }
    }

    private static void assertNotNear(float[][] one, float[][] other) {
        assertFalse(Math.abs(one[0][0] - other[0][0]) < 1e-3, one[0][0] + " and " + other[0][0]);
    }
}
