package dev.reft.testkit.tiny;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.Finish;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Replicas;
import dev.reft.model.Row;
import dev.reft.model.Slopes;
import dev.reft.model.StepResult;
import dev.reft.model.StepSize;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Golden numbers that the tiny policy's own parts must meet. */
class TinyGoldenTest {
    @TestFactory
    Stream<DynamicTest> entropiesAndLogProbs() throws IOException {
        return cases("entropy_logprob", c -> {
            JsonNode inputs = c.path("inputs");
            JsonNode expected = c.path("expected");
            double temperature = inputs.path("temperature").asDouble();
            double[] mask = doubles(inputs.path("mask"));
            double count = Arrays.stream(mask).sum();
            double mean = 0;
            for (int i = 0; i < mask.length; i++) {
                double[] logits = doubles(inputs.path("logits").get(i));
                int label = inputs.path("labels").get(i).asInt();
                Categorical next = new Categorical(logits, temperature);
                assertClose(expected.path("label_logprobs").get(i).asDouble(), next.logProb(label));
                assertClose(expected.path("entropy").get(i).asDouble(), next.entropy());
                mean += mask[i] * next.entropy() / count;
                double[] slopes = next.slopes(label, 0, mask[i] / count);
                double[] wanted =
                        doubles(expected.path("grad_mean_entropy_logits").get(i));
                for (int j = 0; j < slopes.length; j++) {
                    assertClose(wanted[j], slopes[j]);
                }
            }
            assertClose(expected.path("mean_entropy").asDouble(), mean);
        });
    }

    @TestFactory
    Stream<DynamicTest> optimiserSteps() throws IOException {
        return cases("adamw", c -> {
            JsonNode inputs = c.path("inputs");
            Assumptions.assumeTrue(
                    inputs.path("style").asString("").equals("pytorch"), "only PyTorch's place for epsilon is built");
            TinyCore core = new TinyCore(TinyModel.of("ab"), null, new ValueHead.None(), "golden");
            Descent descent = new Descent(
                    core,
                    new Optimizer.AdamW(
                            inputs.path("betas").get(0).asDouble(),
                            inputs.path("betas").get(1).asDouble(),
                            inputs.path("eps").asDouble(),
                            inputs.path("weight_decay").asDouble()));
            double[] weights = new double[core.layout.size()];
            double[] start = doubles(inputs.path("params"));
            System.arraycopy(start, 0, weights, 0, start.length);
            JsonNode most = inputs.path("max_grad_norm");
            double rate = inputs.path("lr").asDouble();
            StepSize size = new StepSize(rate, rate, most.isNumber() ? most.asDouble() : Double.POSITIVE_INFINITY);
            for (int step = 0; step < inputs.path("grads").size(); step++) {
                double[] gradient = doubles(inputs.path("grads").get(step));
                System.arraycopy(gradient, 0, descent.gradient, 0, gradient.length);
                descent.reach(new Slopes(Map.of(Output.LOG_PROB, new float[][] {{1}})));
                StepResult result = descent.step(weights, size, Replicas.SINGLE);
                assertClose(c.path("expected").path("grad_norms").get(step).asDouble(), result.gradientNorm());
                double[] wanted =
                        doubles(c.path("expected").path("params_after").get(step));
                for (int i = 0; i < wanted.length; i++) {
                    assertClose(wanted[i], weights[i]);
                }
            }
        });
    }

    /**
     * Rows score the completion and nothing else; generation ends after its first end token. The other kinds are of engines that
     * pad or pack: reft-torch's MasksPositionsTest.
     */
    @TestFactory
    Stream<DynamicTest> masks() throws IOException {
        Set<String> elsewhere = Set.of("position_ids", "packing");
        return cases("masks_positions", c -> !elsewhere.contains(kind(c)), c -> {
            switch (kind(c)) {
                case "completion_labels" -> labels(c.path("inputs"), c.path("expected"));
                case "response_mask" -> responses(c.path("inputs"), c.path("expected"));
                default -> fail("kind " + kind(c));
            }
        });
    }

    private static String kind(JsonNode c) {
        return c.path("inputs").path("kind").asString("");
    }

    private static void labels(JsonNode inputs, JsonNode expected) {
        assertEquals(Set.of("labels", "shifted_targets", "trained_token_count"), Set.copyOf(expected.propertyNames()));
        int[] ids = ints(inputs.path("ids"));
        int prompt = inputs.path("prompt_length").asInt();
        int end = prompt + inputs.path("completion_length").asInt();
        Row row = Row.of(Arrays.copyOf(ids, prompt), Arrays.copyOfRange(ids, prompt, end));
        int[] labels = new int[ids.length];
        int[] shifted = new int[ids.length - 1];
        Arrays.fill(labels, -100);
        Arrays.fill(shifted, -100);
        for (int position : row.scored()) {
            labels[position] = row.tokens()[position];
            shifted[position - 1] = row.tokens()[position];
        }
        assertArrayEquals(ints(expected.path("labels")), labels);
        assertArrayEquals(ints(expected.path("shifted_targets")), shifted);
        assertEquals(expected.path("trained_token_count").asInt(), row.scored().length);
    }

    private static void responses(JsonNode inputs, JsonNode expected) {
        assertEquals(Set.of("mask", "has_eos", "lengths"), Set.copyOf(expected.propertyNames()));
        int rows = inputs.path("response_ids").size();
        assertEquals(rows, expected.path("mask").size());
        for (int i = 0; i < rows; i++) {
            int[] ids = ints(inputs.path("response_ids").get(i));
            Completion completion = forced(ids, ints(inputs.path("eos_ids")));
            assertEquals(expected.path("lengths").get(i).asInt(), completion.tokens().length);
            assertEquals(expected.path("has_eos").get(i).asBoolean(), completion.finish() == Finish.END);
            int[] mask = new int[ids.length];
            int[] prompt = {2};
            for (int position : Row.of(prompt, completion.tokens()).scored()) {
                mask[position - prompt.length] = 1;
            }
            assertArrayEquals(ints(expected.path("mask").get(i)), mask);
        }
    }

    /** A completion that is made to say these tokens, whatever ends it standing for the tiny model's end token. */
    private static Completion forced(int[] ids, int[] ends) {
        int[] prompt = {2};
        Constraint constraint = (row, allowed) -> {
            int id = ids[row.length - prompt.length];
            boolean end = Arrays.stream(ends).anyMatch(e -> e == id);
            allowed.clear();
            allowed.set(end ? CharacterTokenizer.END : 2 + id);
        };
        try (Policy policy = TinyModel.of("abcdefghijklmnopqrstuvwxyz").policy(Training.full(1))) {
            return policy.generate(List.of(new GenerationRequest(
                            "r", prompt, new long[] {1}, Sampling.at(1), ids.length, List.of(), constraint)))
                    .get(0);
        }
    }

    private static void assertClose(double expected, double actual) {
        assertEquals(expected, actual, 1e-10 + 1e-9 * Math.abs(expected));
    }

    private static double[] doubles(JsonNode array) {
        double[] numbers = new double[array.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = array.get(i).asDouble();
        }
        return numbers;
    }

    private static int[] ints(JsonNode array) {
        return Arrays.stream(doubles(array)).mapToInt(x -> (int) x).toArray();
    }

    private static Stream<DynamicTest> cases(String topic, Consumer<JsonNode> check) throws IOException {
        return cases(topic, c -> true, check);
    }

    private static Stream<DynamicTest> cases(String topic, Predicate<JsonNode> mine, Consumer<JsonNode> check)
            throws IOException {
        Path folder = Path.of(System.getProperty("reft.shared", "../../shared"), "golden", "training");
        Assumptions.assumeTrue(Files.isDirectory(folder), "no golden numbers at " + folder);
        List<DynamicTest> tests = new ArrayList<>();
        int all = 0;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                JsonNode root = new ObjectMapper().readTree(file.toFile());
                if (topic.equals(root.path("topic").asString(""))) {
                    for (JsonNode c : root.path("cases")) {
                        all++;
                        if (mine.test(c)) {
                            tests.add(DynamicTest.dynamicTest(c.path("id").asString(), () -> check.accept(c)));
                        }
                    }
                }
            }
        }
        assertTrue(tests.size() > 0, "no case of " + topic);
        System.out.println(topic + " on the tiny policy: " + tests.size() + " of " + all + " cases");
        return tests.stream();
    }
}
