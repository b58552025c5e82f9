package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.model.ModelSpec;
import dev.reft.model.Precision;
import dev.reft.model.Training;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Padding filled with random ids changes neither a number nor a gradient, bit for bit. */
class PaddingTest {
    private static final int VOCABULARY = 29;

    private record Numbers(float[] hidden, List<float[]> gradients) {}

    @ParameterizedTest
    @EnumSource(Precision.class)
    void randomIdsInPaddingChangeNothing(Precision precision) {
        Random random = new Random(4);
        List<int[]> rows = new ArrayList<>();
        for (int length : new int[] {3, 9, 1, 6}) {
            rows.add(random.ints(length, 1, VOCABULARY).toArray());
        }
        int[] lengths = rows.stream().mapToInt(row -> row.length).toArray();
        Layout layout =
                Layout.of(lengths, 1e9); // buckets so dear that there is one: every row but the longest is padded
        assertEquals(1, layout.buckets().size());
        boolean[] real = new boolean[layout.size()];
        for (int i = 0; i < lengths.length; i++) {
            Arrays.fill(real, layout.starts()[i], layout.starts()[i] + lengths[i], true);
        }
        int[] zeros = layout.pack(rows);
        int[] filled = zeros.clone();
        int padded = 0;
        for (int i = 0; i < filled.length; i++) {
            if (!real[i]) {
                filled[i] = 1 + random.nextInt(VOCABULARY - 1);
                padded++;
            }
        }
        assertEquals(4 * 9 - 19, padded);
        for (ModelSpec spec : List.of(
                Tiny.llama(precision),
                Tiny.gpt2(precision),
                Tiny.opt(true, precision),
                Tiny.opt(false, precision),
                Tiny.olmo2(precision))) {
            check(spec, layout, zeros, filled, real);
        }
    }

    private static void check(ModelSpec spec, Layout layout, int[] zeros, int[] filled, boolean[] real) {
        try (TorchPolicy policy = (TorchPolicy) new TorchProvider().openPolicy(spec, Training.full(1))) {
            Numbers first = numbers(policy, layout, zeros, real);
            Numbers second = numbers(policy, layout, filled, real);
            assertArrayEquals(first.hidden(), second.hidden());
            assertTrue(first.gradients().size() > 5);
            for (int i = 0; i < first.gradients().size(); i++) {
                assertArrayEquals(first.gradients().get(i), second.gradients().get(i), "parameter " + i);
            }
        }
    }

    /** Hidden states of the real tokens, and the gradients of a loss on them. */
    private static Numbers numbers(TorchPolicy policy, Layout layout, int[] ids, boolean[] real) {
        Decoder decoder = policy.network().decoder();
        try (Grad off = Grad.off();
                Scope scope = new Scope()) {
            Packed packed = new Packed(
                    layout,
                    Ops.longs(ids),
                    decoder.at(Ops.longs(layout.positions()), layout.longest() - 1),
                    new PackedAttention(decoder.config(), decoder.placement(), layout));
            GraphRun run = new GraphRun(decoder, packed);
            int width = decoder.config().embeddingSize();
            float[] hidden = Ops.toFloats(run.hidden());
            float[] slopes = new float[hidden.length];
            float[] kept = new float[hidden.length];
            for (int i = 0; i < hidden.length; i++) {
                if (real[i / width]) {
                    kept[i] = hidden[i];
                    slopes[i] = (i % 7) - 3;
                }
            }
            Tensor all = Tensor.create(slopes, ids.length, width).to(Ops.type(run.hidden()));
            run.backward(all);
            run.close();
            List<float[]> gradients = new ArrayList<>();
            for (Parameter parameter : policy.trained()) {
                parameter.collect();
                if (parameter.reached()) {
                    gradients.add(Ops.toFloats(parameter.gradient()));
                }
                parameter.dropGradient();
            }
            return new Numbers(kept, gradients);
        }
    }
}
