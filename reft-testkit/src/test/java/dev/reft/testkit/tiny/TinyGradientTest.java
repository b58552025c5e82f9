package dev.reft.testkit.tiny;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.Slopes;
import dev.reft.model.ValueHead;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every derivative that is written by hand, against central differences in double precision. */
class TinyGradientTest {
    private static final TinyModel SHAPE = new TinyModel("abcde", 6, 2, 7, 2, 12, 3);
    private final Random random = new Random(1);

    @ParameterizedTest
    @ValueSource(strings = {"LOG_PROB", "ENTROPY", "VALUE", "LOG_PROB ENTROPY VALUE", "LOG_PROB DETACHED_VALUE"})
    void backwardIsTheDerivative(String names) {
        TinyWeights.Assembled assembled = TinyWeights.initial(SHAPE).assemble(new ValueHead.Shared(), 5);
        TinyCore core = assembled.core();
        double[] w = assembled.weights();
        Row row = new Row(new int[] {2, 4, 3, 0, 5, 6, 1, 2, 2}, new int[] {2, 3, 6, 7}, 0.7f);
        Map<Output, float[][]> channels = new EnumMap<>(Output.class);
        for (String name : names.split(" ")) {
            channels.put(
                    Output.valueOf(name),
                    new float[][] {floats(Output.valueOf(name).length(4))});
        }
        double[] dw = new double[w.length];
        new RowPass(core, w, row, channels.keySet()).backward(w, dw, new Slopes(channels), 0);
        boolean detached = channels.containsKey(Output.DETACHED_VALUE);
        for (Layout.Tensor tensor : core.layout.tensors()) {
            for (int probe = 0; probe < 6; probe++) {
                int at = tensor.start() + random.nextInt(tensor.length());
                boolean trunkOfDetached = detached && !tensor.name().startsWith("actor.value");
                Map<Output, float[][]> felt = new EnumMap<>(channels);
                if (trunkOfDetached) {
                    felt.remove(Output.DETACHED_VALUE);
                }
                assertEquals(numeric(core, w, row, felt, at), dw[at], 1e-7, tensor.name() + " " + at);
            }
        }
    }

    private double numeric(TinyCore core, double[] w, Row row, Map<Output, float[][]> channels, int at) {
        double kept = w[at];
        double h = 1e-5;
        w[at] = kept + h;
        double above = loss(core, w, row, channels);
        w[at] = kept - h;
        double below = loss(core, w, row, channels);
        w[at] = kept;
        return (above - below) / (2 * h);
    }

    private static double loss(TinyCore core, double[] w, Row row, Map<Output, float[][]> channels) {
        double loss = 0;
        RowPass pass = new RowPass(core, w, row, Set.copyOf(channels.keySet()));
        for (Map.Entry<Output, float[][]> channel : channels.entrySet()) {
            for (int i = 0; i < channel.getValue()[0].length; i++) {
                loss += channel.getValue()[0][i] * pass.number(w, channel.getKey(), i);
            }
        }
        return loss;
    }

    private float[] floats(int n) {
        float[] floats = new float[n];
        for (int i = 0; i < n; i++) {
            floats[i] = random.nextFloat() - 0.5f;
        }
        return floats;
    }
}
