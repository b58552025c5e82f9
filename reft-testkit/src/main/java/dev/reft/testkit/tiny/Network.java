package dev.reft.testkit.tiny;

import dev.reft.testkit.tiny.Layout.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Token and position embeddings, blocks, a final norm, and up to two heads: one for the vocabulary, one for values. */
final class Network {
    private final TinyModel shape;
    private final int tokens;
    private final int positions;
    private final List<Block> blocks = new ArrayList<>();
    private final int finalNorm;
    private final int vocabularyHead;
    private final int valueHead;
    private final int valueBias;
    /** Numbers of the parts; -1 where the network has no such part. */
    final int trunkPart;

    final int headPart;
    final int valuePart;

    Network(Layout layout, String name, TinyModel shape, boolean vocabulary, boolean values, boolean critic) {
        this.shape = shape;
        int width = shape.width();
        tokens = layout.reserve(name + ".tokens", shape.vocabularySize() * width, width, Kind.EMBEDDING);
        positions = layout.reserve(name + ".positions", shape.context() * width, width, Kind.EMBEDDING);
        for (int i = 0; i < shape.layers(); i++) {
            blocks.add(new Block(layout, name + ".block" + i, width, shape.heads(), shape.hidden()));
        }
        finalNorm = layout.reserve(name + ".norm", width, width, Kind.GAIN);
        trunkPart = layout.endPart(name + ".trunk", critic);
        vocabularyHead = vocabulary
                ? layout.reserve(name + ".vocabulary", width * shape.vocabularySize(), width, Kind.MATRIX)
                : -1;
        headPart = vocabulary ? layout.endPart(name + ".vocabulary", false) : -1;
        valueHead = values ? layout.reserve(name + ".value", width, width, Kind.MATRIX) : -1;
        valueBias = values ? layout.reserve(name + ".value_bias", 1, width, Kind.BIAS) : -1;
        valuePart = values ? layout.endPart(name + ".value", true) : -1;
    }

    int width() {
        return shape.width();
    }

    /** Logits over the vocabulary after a position. */
    double[] logits(double[] w, Trace trace, int position) {
        double[] logits = new double[shape.vocabularySize()];
        int width = shape.width();
        Linear.product(trace.last, position * width, width, w, vocabularyHead, logits.length, logits, 0);
        return logits;
    }

    void logitsBackward(double[] w, double[] dw, Trace trace, int position, double[] dLogits, double[] dLast) {
        int width = shape.width();
        Linear.backward(trace.last, position * width, width, w, dw, vocabularyHead, dLogits.length, dLogits, 0, dLast);
    }

    /** The value of the state after a position. */
    double value(double[] w, Trace trace, int position) {
        return w[valueBias] + Linear.dot(w, valueHead, trace.last, position * shape.width(), shape.width());
    }

    void valueBackward(double[] w, double[] dw, Trace trace, int position, double slope, double @Nullable [] dLast) {
        int width = shape.width();
        dw[valueBias] += slope;
        Linear.add(slope, trace.last, position * width, dw, valueHead, width);
        if (dLast != null) {
            Linear.add(slope, w, valueHead, dLast, position * width, width);
        }
    }

    /** A row's activations, extended token by token. */
    final class Trace {
        private final int[] row;
        private final List<Block.Activations> layers = new ArrayList<>();
        private final double[] first;
        private final double[] beforeNorm;
        /** The last hidden states, [position][width]. */
        private final double[] last;

        private int length;

        Trace(int capacity) {
            row = new int[capacity];
            first = new double[capacity * shape.width()];
            beforeNorm = new double[capacity * shape.width()];
            last = new double[capacity * shape.width()];
            for (Block block : blocks) {
                layers.add(block.new Activations(capacity));
            }
        }

        /** A trace that goes on from this one's first positions; it cannot be differentiated. */
        Trace fork(int capacity) {
            Trace copy = new Trace(capacity);
            System.arraycopy(row, 0, copy.row, 0, length);
            System.arraycopy(last, 0, copy.last, 0, length * shape.width());
            for (int i = 0; i < layers.size(); i++) {
                copy.layers.get(i).copyFrom(layers.get(i), length);
            }
            copy.length = length;
            return copy;
        }

        int length() {
            return length;
        }

        int[] tokens() {
            return Arrays.copyOf(row, length);
        }

        void extend(double[] w, int token) {
            int width = shape.width();
            int at = length * width;
            row[length] = token;
            for (int i = 0; i < width; i++) {
                first[at + i] = w[tokens + token * width + i] + w[positions + length * width + i];
            }
            double[] in = first;
            for (Block.Activations layer : layers) {
                layer.forward(w, length, in, beforeNorm);
                in = beforeNorm;
            }
            Norm.forward(beforeNorm, at, width, w, finalNorm, last);
            length++;
        }

        /** Adds d loss / d weights of the trunk, given d loss / d last hidden states. */
        void backward(double[] w, double[] dw, double[] dLast) {
            int width = shape.width();
            double[] dx = new double[length * width];
            for (int t = 0; t < length; t++) {
                Norm.backward(beforeNorm, t * width, width, w, dw, finalNorm, dLast, t * width, dx);
            }
            for (int i = layers.size() - 1; i >= 0; i--) {
                layers.get(i).backward(w, dw, length, dx);
            }
            for (int t = 0; t < length; t++) {
                Linear.add(1, dx, t * width, dw, tokens + row[t] * width, width);
                Linear.add(1, dx, t * width, dw, positions + t * width, width);
            }
        }
    }
}
