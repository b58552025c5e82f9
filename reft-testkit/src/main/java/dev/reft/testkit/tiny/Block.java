package dev.reft.testkit.tiny;

import dev.reft.testkit.tiny.Layout.Kind;

/**
 * A pre-norm transformer block: x + attention(norm x), then x + SiLU(norm(x) W1 + b1) W2 + b2. Both directions are
 * written by hand; each position is computed alone from those before it, so scoring and generation run the same code.
 */
final class Block {
    private final int width;
    private final int heads;
    private final int hidden;
    private final int norm1;
    private final int query;
    private final int key;
    private final int value;
    private final int output;
    private final int norm2;
    private final int up;
    private final int upBias;
    private final int down;
    private final int downBias;

    Block(Layout layout, String name, int width, int heads, int hidden) {
        this.width = width;
        this.heads = heads;
        this.hidden = hidden;
        norm1 = layout.reserve(name + ".norm1", width, width, Kind.GAIN);
        query = layout.reserve(name + ".query", width * width, width, Kind.MATRIX);
        key = layout.reserve(name + ".key", width * width, width, Kind.MATRIX);
        value = layout.reserve(name + ".value", width * width, width, Kind.MATRIX);
        output = layout.reserve(name + ".output", width * width, width, Kind.MATRIX);
        norm2 = layout.reserve(name + ".norm2", width, width, Kind.GAIN);
        up = layout.reserve(name + ".up", width * hidden, width, Kind.MATRIX);
        upBias = layout.reserve(name + ".up_bias", hidden, width, Kind.BIAS);
        down = layout.reserve(name + ".down", hidden * width, hidden, Kind.MATRIX);
        downBias = layout.reserve(name + ".down_bias", width, hidden, Kind.BIAS);
    }

    /** The activations of one row in this block, position by position. */
    final class Activations {
        private final int capacity;
        private final double[] x;
        private final double[] normed1;
        private final double[] queries;
        private final double[] keys;
        private final double[] values;
        private final double[] attention;
        private final double[] mixed;
        private final double[] middle;
        private final double[] normed2;
        private final double[] before;
        private final double[] after;

        Activations(int capacity) {
            this.capacity = capacity;
            x = new double[capacity * width];
            normed1 = new double[capacity * width];
            queries = new double[capacity * width];
            keys = new double[capacity * width];
            values = new double[capacity * width];
            attention = new double[heads * capacity * capacity];
            mixed = new double[capacity * width];
            middle = new double[capacity * width];
            normed2 = new double[capacity * width];
            before = new double[capacity * hidden];
            after = new double[capacity * hidden];
        }

        /** Copies the first positions, so that the samples of one prompt share its computation. */
        void copyFrom(Activations other, int length) {
            System.arraycopy(other.keys, 0, keys, 0, length * width);
            System.arraycopy(other.values, 0, values, 0, length * width);
        }

        /** From the input at position t to the output at the same offset. */
        void forward(double[] w, int t, double[] in, double[] out) {
            int at = t * width;
            System.arraycopy(in, at, x, at, width);
            Norm.forward(x, at, width, w, norm1, normed1);
            Linear.product(normed1, at, width, w, query, width, queries, at);
            Linear.product(normed1, at, width, w, key, width, keys, at);
            Linear.product(normed1, at, width, w, value, width, values, at);
            for (int head = 0; head < heads; head++) {
                attend(head, t);
            }
            System.arraycopy(x, at, middle, at, width);
            Linear.product(mixed, at, width, w, output, width, middle, at);
            Norm.forward(middle, at, width, w, norm2, normed2);
            int h = t * hidden;
            System.arraycopy(w, upBias, before, h, hidden);
            Linear.product(normed2, at, width, w, up, hidden, before, h);
            for (int i = h; i < h + hidden; i++) {
                after[i] = before[i] * sigmoid(before[i]);
            }
            System.arraycopy(middle, at, out, at, width);
            Linear.add(1, w, downBias, out, at, width);
            Linear.product(after, h, hidden, w, down, width, out, at);
        }

        private void attend(int head, int t) {
            int size = width / heads;
            int offset = head * size;
            int row = (head * capacity + t) * capacity;
            double scale = 1 / Math.sqrt(size);
            double max = Double.NEGATIVE_INFINITY;
            for (int j = 0; j <= t; j++) {
                attention[row + j] = scale * Linear.dot(queries, t * width + offset, keys, j * width + offset, size);
                max = Math.max(max, attention[row + j]);
            }
            double sum = 0;
            for (int j = 0; j <= t; j++) {
                attention[row + j] = StrictMath.exp(attention[row + j] - max);
                sum += attention[row + j];
            }
            for (int j = 0; j <= t; j++) {
                attention[row + j] /= sum;
                Linear.add(attention[row + j], values, j * width + offset, mixed, t * width + offset, size);
            }
        }

        /** From d loss / d output of positions 0 .. length - 1 to d loss / d input, in place; adds to dw. */
        void backward(double[] w, double[] dw, int length, double[] dx) {
            for (int t = 0; t < length; t++) {
                feedBackward(w, dw, t, dx);
            }
            double[] dMixed = new double[length * width];
            double[] dQueries = new double[length * width];
            double[] dKeys = new double[length * width];
            double[] dValues = new double[length * width];
            for (int t = 0; t < length; t++) {
                int at = t * width;
                Linear.backward(mixed, at, width, w, dw, output, width, dx, at, dMixed);
                for (int head = 0; head < heads; head++) {
                    attendBackward(head, t, dMixed, dQueries, dKeys, dValues);
                }
            }
            double[] dNormed = new double[length * width];
            for (int t = 0; t < length; t++) {
                int at = t * width;
                Linear.backward(normed1, at, width, w, dw, query, width, dQueries, at, dNormed);
                Linear.backward(normed1, at, width, w, dw, key, width, dKeys, at, dNormed);
                Linear.backward(normed1, at, width, w, dw, value, width, dValues, at, dNormed);
                Norm.backward(x, at, width, w, dw, norm1, dNormed, at, dx);
            }
        }

        private void feedBackward(double[] w, double[] dw, int t, double[] dx) {
            int at = t * width;
            int h = t * hidden;
            double[] dAfter = new double[hidden];
            Linear.backward(after, h, hidden, w, dw, down, width, dx, at, dAfter, 0);
            Linear.add(1, dx, at, dw, downBias, width);
            for (int i = 0; i < hidden; i++) {
                double s = sigmoid(before[h + i]);
                dAfter[i] *= s * (1 + before[h + i] * (1 - s));
            }
            double[] dNormed = new double[width];
            Linear.backward(normed2, at, width, w, dw, up, hidden, dAfter, 0, dNormed, 0);
            Linear.add(1, dAfter, 0, dw, upBias, hidden);
            Norm.backward(middle, at, width, w, dw, norm2, dNormed, 0, dx);
        }

        private void attendBackward(
                int head, int t, double[] dMixed, double[] dQueries, double[] dKeys, double[] dValues) {
            int size = width / heads;
            int offset = head * size;
            int row = (head * capacity + t) * capacity;
            int at = t * width + offset;
            double scale = 1 / Math.sqrt(size);
            double[] dAttention = new double[t + 1];
            double mean = 0;
            for (int j = 0; j <= t; j++) {
                dAttention[j] = Linear.dot(dMixed, at, values, j * width + offset, size);
                mean += attention[row + j] * dAttention[j];
            }
            for (int j = 0; j <= t; j++) {
                double slope = scale * attention[row + j] * (dAttention[j] - mean);
                Linear.add(attention[row + j], dMixed, at, dValues, j * width + offset, size);
                Linear.add(slope, keys, j * width + offset, dQueries, at, size);
                Linear.add(slope, queries, at, dKeys, j * width + offset, size);
            }
        }
    }

    private static double sigmoid(double x) {
        return 1 / (1 + StrictMath.exp(-x));
    }
}
