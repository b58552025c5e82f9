package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.reft.generation.Completion;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.model.Adapter;
import dev.reft.model.ForwardPass;
import dev.reft.model.LanguageModel;
import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.Replicas;
import dev.reft.model.Row;
import dev.reft.model.Sampler;
import dev.reft.model.Slopes;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Generation by policies whose weights change, and by their frozen copies. */
class PolicyGenerationTest {
    private static final Adapter LORA = new Adapter.Lora(4, 8, List.of("q_proj", "v_proj", "down_proj"));
    private static final TokenBatch LESSON =
            TokenBatch.of(List.of(new Row(new int[] {3, 1, 4, 1, 5, 9, 2, 6}, new int[] {2, 3, 4, 5, 6, 7}, 1f)));

    static Stream<Arguments> trainings() {
        return Stream.of(Precision.values())
                .flatMap(precision -> Stream.of(
                        Arguments.of(precision, training(new Adapter.Full(), new ValueHead.Shared())),
                        Arguments.of(precision, training(LORA, new ValueHead.None())),
                        Arguments.of(precision, training(LORA, new ValueHead.Separate(Tiny.qwen(precision))))));
    }

    private static Training training(Adapter adapter, ValueHead values) {
        return new Training(values, adapter, new Optimizer.AdamW(0.9, 0.999, 1e-8, 0), 5, Replicas.SINGLE);
    }

    private static Policy open(Precision precision, Training training) {
        return new TorchProvider().openPolicy(Tiny.llama(precision), training);
    }

    private static void train(Policy policy, int steps) {
        for (int i = 0; i < steps; i++) {
            try (ForwardPass pass = policy.forward(LESSON, Set.of(Output.LOG_PROB))) {
                float[] slopes = new float[6];
                Arrays.fill(slopes, -1f);
                pass.backward(new Slopes(Map.of(Output.LOG_PROB, new float[][] {slopes})));
            }
            policy.step(new StepSize(0.05, 0.05, 1.0));
        }
    }

    private static List<GenerationRequest> requests() {
        return List.of(
                Generating.request("greedy", new int[] {3, 1, 4}, 1, Sampling.GREEDY, 12),
                Generating.request("sampled", new int[] {7, 2, 9, 11}, 3, Sampling.at(1f), 20));
    }

    private static void assertSame(List<Completion> expected, List<Completion> found, String what) {
        assertEquals(expected.size(), found.size(), what);
        for (int i = 0; i < found.size(); i++) {
            assertArrayEquals(expected.get(i).tokens(), found.get(i).tokens(), what + ", " + i);
            assertArrayEquals(
                    Generating.sampled(expected.get(i)).logProbs(),
                    Generating.sampled(found.get(i)).logProbs(),
                    0f,
                    what + ", " + i);
        }
    }

    private static void assertScored(Sampler sampler, List<Completion> found, LanguageModel model) {
        for (Completion completion : found) {
            int[] prompt = completion.request().equals("greedy") ? new int[] {3, 1, 4} : new int[] {7, 2, 9, 11};
            int[] scored = new int[completion.tokens().length];
            Arrays.setAll(scored, i -> prompt.length + i);
            Row row = new Row(Generating.join(prompt, completion.tokens()), scored, 1f);
            float[] logProbs = model.score(TokenBatch.of(List.of(row)), Set.of(Output.LOG_PROB))
                    .logProbs()[0];
            assertArrayEquals(logProbs, Generating.sampled(completion).logProbs(), (float)
                    sampler.info().logProbTolerance());
        }
    }

    /** No cache outlives a step: what is generated after it is what a fresh engine in the same state generates. */
    @ParameterizedTest
    @MethodSource("trainings")
    void newWeightsAreUsed(Precision precision, Training training, @TempDir Path directory) {
        try (Policy policy = open(precision, training);
                Policy fresh = open(precision, training)) {
            List<Completion> before = policy.generate(requests());
            assertScored(policy, before, policy);
            train(policy, 6);
            List<Completion> after = policy.generate(requests());
            assertScored(policy, after, policy);
            assertFalse(
                    Arrays.equals(before.get(0).tokens(), after.get(0).tokens())
                            && Arrays.equals(
                                    Generating.sampled(before.get(0)).logProbs(),
                                    Generating.sampled(after.get(0)).logProbs()),
                    "training changed nothing");
            policy.saveState(directory);
            fresh.restoreState(directory);
            assertSame(fresh.generate(requests()), after, "a fresh policy in the same state");
        }
    }

    @ParameterizedTest
    @MethodSource("trainings")
    void frozenCopiesGenerateWhatThePolicyDid(Precision precision, Training training) {
        try (Policy policy = open(precision, training)) {
            train(policy, 3);
            List<Completion> then = policy.generate(requests());
            try (LanguageModel copy = policy.frozenCopy()) {
                train(policy, 3);
                assertSame(then, copy.generate(requests()), "the copy, later");
                policy.close();
                assertSame(then, copy.generate(requests()), "the copy, alone");
            }
        }
    }

    @Test
    void anOpenGenerationHoldsTheWeights(@TempDir Path directory) {
        long before = Pointer.totalCount();
        Policy policy = open(Precision.FP32, training(new Adapter.Full(), new ValueHead.Shared()));
        policy.saveState(directory);
        Generation first = policy.generation();
        Generation second = policy.generation();
        requests().forEach(first::add);
        requests().forEach(second::add);
        first.advance();
        assertThrows(IllegalStateException.class, () -> policy.step(new StepSize(0.1, 0.1, 1)));
        assertThrows(IllegalStateException.class, () -> policy.restoreState(directory));
        assertEquals(1, policy.score(LESSON, Set.of(Output.LOG_PROB)).logProbs().length, "scoring goes on");
        second.advance();
        first.close();
        assertThrows(IllegalStateException.class, () -> policy.step(new StepSize(0.1, 0.1, 1)));
        second.close();
        train(policy, 1);
        Generation last = policy.generation();
        requests().forEach(last::add);
        last.advance();
        policy.close();
        assertThrows(IllegalStateException.class, last::advance);
        last.close();
        assertEquals(before, Pointer.totalCount(), "native objects");
    }
}
