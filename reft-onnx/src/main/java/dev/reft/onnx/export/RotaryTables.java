package dev.reft.onnx.export;

import dev.reft.checkpoint.ModelConfig;
import dev.reft.onnx.graph.Initializer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * Cosines and sines of a model's rotary positions, [context, head width / 2] each. Computed in double precision; angles in
 * fp32, as a graph could compute them itself, are wrong by thousandths at far positions.
 */
final class RotaryTables {
    private final double[] frequencies;
    private final int context;

    RotaryTables(ModelConfig config) {
        frequencies = config.rope().inverseFrequencies(config.attention().headDim());
        context = config.contextLength();
    }

    Initializer cosines() {
        return table("rotary.cos", Math::cos);
    }

    Initializer sines() {
        return table("rotary.sin", Math::sin);
    }

    private Initializer table(String name, DoubleUnaryOperator function) {
        return Initializer.floats(
                name, List.of((long) context, (long) frequencies.length), channel -> write(channel, function));
    }

    private void write(WritableByteChannel channel, DoubleUnaryOperator function) throws IOException {
        ByteBuffer row = ByteBuffer.allocate(frequencies.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int position = 0; position < context; position++) {
            row.clear();
            for (double frequency : frequencies) {
                row.putFloat((float) function.applyAsDouble(position * frequency));
            }
            channel.write(row.flip());
        }
    }
}
