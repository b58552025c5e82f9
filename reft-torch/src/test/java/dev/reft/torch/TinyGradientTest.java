package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.model.ForwardPass;
import dev.reft.model.ModelSpec;
import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Precision;
import dev.reft.model.ProviderOption;
import dev.reft.model.Slopes;
import dev.reft.model.StepResult;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Gradients and AdamW steps of the tiny models against transformers in double precision. */
class TinyGradientTest {
    private static final Set<Output> ALL = EnumSet.of(Output.LOG_PROB, Output.ENTROPY, Output.VALUE);

    private static final Tally GRADIENTS = new Tally("tiny, gradients of parameters");
    private static final Tally STEPS = new Tally("tiny, AdamW steps");

    @AfterAll
    static void tell() {
        GRADIENTS.print();
        STEPS.print();
    }

    static List<Path> models() {
        return Golden.tinyModels();
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradientsAgree(Path model) {
        int all = Golden.json(model.resolve("expected.json")).get("gradients").size();
        GRADIENTS.expect(all);
        checkGradients(model);
        GRADIENTS.add(all);
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradientsAgreeWithCheckpointing(Path model) {
        checkGradients(model, new GradientCheckpointing());
    }

    private static void checkGradients(Path model, ProviderOption... options) {
        JsonNode expected = Golden.json(model.resolve("expected.json"));
        ModelSpec spec = Golden.spec(model, Precision.FP32, options);
        try (TorchPolicy policy = Golden.policy(spec, Optimizer.AdamW.DEFAULT)) {
            backward(policy, expected.get("rows"));
            Map<String, float[]> gradients = gradients(policy);
            double global = expected.get("gradient_norm").asDouble();
            JsonNode wanted = expected.get("gradients");
            assertEquals(wanted.size(), gradients.size(), "number of gradients");
            for (Map.Entry<String, JsonNode> entry : wanted.properties()) {
                float[] found = gradients.get(entry.getKey());
                assertTrue(found != null, entry.getKey());
                double norm = entry.getValue().get("norm").asDouble();
                double tolerance = 1e-3 * norm + 1e-6 * global;
                String what = model.getFileName() + " " + entry.getKey();
                assertEquals(norm, norm(found), tolerance, what + " norm");
                assertEquals(entry.getValue().get("sum").asDouble(), sum(found), tolerance, what + " sum");
                double[] first = Golden.doubles(entry.getValue().get("first"));
                for (int i = 0; i < first.length; i++) {
                    assertEquals(first[i], found[i], tolerance, what + " element " + i);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void adamWStepsAgree(Path model) {
        JsonNode expected = Golden.json(model.resolve("expected.json"));
        JsonNode adam = expected.get("adamw");
        Optimizer optimizer = new Optimizer.AdamW(0.9, 0.999, 1e-8, 0.1);
        try (TorchPolicy policy = Golden.policy(Golden.spec(model, Precision.FP32), optimizer)) {
            double[] norms = Golden.doubles(adam.get("norm_before_clip"));
            STEPS.expect(norms.length);
            for (double norm : norms) {
                backward(policy, expected.get("rows"));
                StepResult result = policy.step(new StepSize(1e-2, 0, 1));
                assertTrue(result.applied());
                assertEquals(norm, result.gradientNorm(), 1e-3 * norm, model + " norm");
            }
            TokenScores scores = policy.score(Golden.batch(expected.get("rows"), 1f), ALL);
            String name = model.getFileName() + " after AdamW";
            Golden.assertClose(adam.get("rows"), "logp", scores.logProbs(), 1e-3, name);
            Golden.assertClose(adam.get("rows"), "value", scores.values(), 1e-3, name);
            STEPS.add(norms.length);
        }
    }

    private static void backward(TorchPolicy policy, JsonNode rows) {
        TokenBatch batch = Golden.batch(rows, 1f);
        try (ForwardPass pass = policy.forward(batch, ALL)) {
            Map<Output, float[][]> slopes = new HashMap<>();
            slopes.put(Output.LOG_PROB, slopes(batch, 0, 0));
            slopes.put(Output.ENTROPY, slopes(batch, 0, 1));
            slopes.put(Output.VALUE, slopes(batch, 1, 2));
            pass.backward(new Slopes(slopes));
        }
    }

    /** The reference's slopes: c(i, t, k) = sin(1.7 i + 0.9 t + 2.3 k) rounded to 6 decimals. */
    private static float[][] slopes(TokenBatch batch, int more, int k) {
        float[][] slopes = new float[batch.size()][];
        for (int i = 0; i < slopes.length; i++) {
            slopes[i] = new float[batch.row(i).scored().length + more];
            for (int t = 0; t < slopes[i].length; t++) {
                slopes[i][t] = (float) (Math.rint(Math.sin(1.7 * i + 0.9 * t + 2.3 * k) * 1e6) / 1e6);
            }
        }
        return slopes;
    }

    /** Gradients under the checkpoint's names. */
    static Map<String, float[]> gradients(TorchPolicy policy) {
        Map<String, float[]> gradients = new HashMap<>();
        try (Scope scope = new Scope()) {
            for (Parameter parameter : policy.trained()) {
                if (parameter.reached()) {
                    parameter
                            .pieces()
                            .forEach(piece -> gradients.put(
                                    piece.name(),
                                    Ops.toFloats(parameter.gradient().narrow(0, piece.from(), piece.rows()))));
                }
            }
        }
        return gradients;
    }

    private static double norm(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }

    private static double sum(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum;
    }
}
