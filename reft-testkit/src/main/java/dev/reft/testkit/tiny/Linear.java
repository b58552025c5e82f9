package dev.reft.testkit.tiny;

/** Products of vectors and matrices that lie in flat arrays; a matrix is [in][out], row by row. */
final class Linear {
    private Linear() {}

    /** y += x W. */
    static void product(double[] x, int xAt, int in, double[] w, int wAt, int out, double[] y, int yAt) {
        for (int i = 0; i < in; i++) {
            double factor = x[xAt + i];
            int row = wAt + i * out;
            for (int o = 0; o < out; o++) {
                y[yAt + o] += factor * w[row + o];
            }
        }
    }

    /** The derivative of {@link #product}: dx += dy W^T and dW += x dy. */
    static void backward(
            double[] x,
            int xAt,
            int in,
            double[] w,
            double[] dw,
            int wAt,
            int out,
            double[] dy,
            int dyAt,
            double[] dx) {
        backward(x, xAt, in, w, dw, wAt, out, dy, dyAt, dx, xAt);
    }

    /** As above, with dx at a place of its own. */
    static void backward(
            double[] x,
            int xAt,
            int in,
            double[] w,
            double[] dw,
            int wAt,
            int out,
            double[] dy,
            int dyAt,
            double[] dx,
            int dxAt) {
        for (int i = 0; i < in; i++) {
            double factor = x[xAt + i];
            int row = wAt + i * out;
            for (int o = 0; o < out; o++) {
                dw[row + o] += factor * dy[dyAt + o];
            }
            dx[dxAt + i] += dot(w, row, dy, dyAt, out);
        }
    }

    /** x . y, in four strands so that the additions do not wait for one another; the order is fixed. */
    static double dot(double[] x, int xAt, double[] y, int yAt, int n) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 3 < n; i += 4) {
            a += x[xAt + i] * y[yAt + i];
            b += x[xAt + i + 1] * y[yAt + i + 1];
            c += x[xAt + i + 2] * y[yAt + i + 2];
            d += x[xAt + i + 3] * y[yAt + i + 3];
        }
        for (; i < n; i++) {
            a += x[xAt + i] * y[yAt + i];
        }
        return (a + b) + (c + d);
    }

    /** y += factor x. */
    static void add(double factor, double[] x, int xAt, double[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] += factor * x[xAt + i];
        }
    }
}
