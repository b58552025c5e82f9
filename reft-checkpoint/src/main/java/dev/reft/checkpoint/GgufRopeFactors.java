package dev.reft.checkpoint;

import java.nio.FloatBuffer;
import java.util.Map;

/**
 * Finds Llama 3's rule behind the tensor {@code rope_freqs.weight}, by which GGUF files divide the frequencies: the
 * factor is the last divisor, and the other numbers are those that all of the Llama 3 family have (1, 4, and 8192 unless the file says another). What
 * does not come out the same is refused.
 */
final class GgufRopeFactors {
    private static final double TOLERANCE = 1e-4;

    private GgufRopeFactors() {}

    static RopeScaling scaling(
            GgufMetadata metadata, Map<String, StoredTensor> tensors, double theta, int headDim, int original) {
        String name = "rope_freqs.weight";
        StoredTensor tensor = tensors.get(name);
        if (tensor == null || tensor.info().elements() != headDim / 2) {
            throw metadata.wrong("tensor '" + name + "'", "must hold " + headDim / 2 + " divisors");
        }
        float[] divisors = new float[headDim / 2];
        tensor.decode(0, FloatBuffer.wrap(divisors));
        double factor = Math.round(divisors[divisors.length - 1] * 1e3) / 1e3;
        if (!(factor >= 1) || Double.isInfinite(factor)) {
            throw unknown(metadata, name);
        }
        RopeScaling scaling = factor == 1 ? new RopeScaling.None() : new RopeScaling.Llama3(factor, 1, 4, original);
        double[] plain = new Rope(theta, new RopeScaling.None()).inverseFrequencies(headDim);
        double[] stretched = new Rope(theta, scaling).inverseFrequencies(headDim);
        for (int i = 0; i < divisors.length; i++) {
            if (!(Math.abs(plain[i] / stretched[i] / divisors[i] - 1) < TOLERANCE)) {
                throw unknown(metadata, name);
            }
        }
        return scaling;
    }

    private static CheckpointException unknown(GgufMetadata metadata, String name) {
        return metadata.wrong("tensor '" + name + "'", "is not the scaling of Llama 3, so it is not supported");
    }
}
