package dev.reft.testkit.tiny;

import dev.reft.random.Seeds;
import java.util.ArrayList;
import java.util.List;

/** Where each tensor of a policy lies in one flat array, and to which part it belongs. */
final class Layout {
    enum Kind {
        /** A matrix [fanIn][...]; decayed. */
        MATRIX,
        /** One vector a token or position; decayed. */
        EMBEDDING,
        /** The gain of a norm; not decayed. */
        GAIN,
        /** Not decayed. */
        BIAS
    }

    record Tensor(String name, int start, int length, int fanIn, Kind kind) {
        boolean decayed() {
            return kind == Kind.MATRIX || kind == Kind.EMBEDDING;
        }
    }

    /** A part steps as a whole or not at all; {@code values}: at the value rate. */
    record Part(String name, int start, int end, boolean values) {}

    private final List<Tensor> tensors = new ArrayList<>();
    private final List<Part> parts = new ArrayList<>();
    private int size;
    private int partStart;

    int reserve(String name, int length, int fanIn, Kind kind) {
        tensors.add(new Tensor(name, size, length, fanIn, kind));
        size += length;
        return size - length;
    }

    /** Closes the part that all tensors since the last part belong to; returns its number. */
    int endPart(String name, boolean values) {
        parts.add(new Part(name, partStart, size, values));
        partStart = size;
        return parts.size() - 1;
    }

    int size() {
        return size;
    }

    List<Part> parts() {
        return parts;
    }

    List<Tensor> tensors() {
        return tensors;
    }

    /** Normal numbers by place: a tensor's depend on its seed and name only. */
    void initialise(double[] weights, Part part, long seed) {
        for (Tensor tensor : tensors) {
            if (tensor.start < part.start || tensor.start >= part.end) {
                continue;
            }
            long own = Seeds.at(seed, Seeds.Stream.INITIALISATION, 0, tensor.name, 0);
            for (int i = 0; i < tensor.length; i++) {
                weights[tensor.start + i] = switch (tensor.kind) {
                    case GAIN -> 1;
                    case BIAS -> 0;
                    case EMBEDDING -> 0.5 * normal(own, i);
                    case MATRIX -> normal(own, i) / Math.sqrt(tensor.fanIn);
                };
            }
        }
    }

    /** Box and Muller's transform. */
    private static double normal(long seed, int i) {
        double radius = Math.sqrt(-2 * StrictMath.log(1 - Seeds.uniform(seed, 2 * i)));
        return radius * StrictMath.cos(2 * Math.PI * Seeds.uniform(seed, 2 * i + 1));
    }
}
