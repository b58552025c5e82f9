package dev.reft.testkit.tiny;

/** Root mean square norm with a gain (arXiv 1910.07467): y = g x / sqrt(mean x^2 + 1e-6). */
final class Norm {
    private static final double EPSILON = 1e-6;

    private Norm() {}

    static void forward(double[] x, int at, int n, double[] w, int gain, double[] y) {
        double scale = scale(x, at, n);
        for (int i = 0; i < n; i++) {
            y[at + i] = w[gain + i] * x[at + i] * scale;
        }
    }

    /** Adds to dx at the place of x, and to the gain's slope. */
    static void backward(
            double[] x, int at, int n, double[] w, double[] dw, int gain, double[] dy, int dyAt, double[] dx) {
        double scale = scale(x, at, n);
        double along = 0;
        for (int i = 0; i < n; i++) {
            dw[gain + i] += dy[dyAt + i] * x[at + i] * scale;
            along += dy[dyAt + i] * w[gain + i] * x[at + i];
        }
        double back = along * scale * scale / n;
        for (int i = 0; i < n; i++) {
            dx[at + i] += scale * (dy[dyAt + i] * w[gain + i] - back * x[at + i]);
        }
    }

    private static double scale(double[] x, int at, int n) {
        return 1 / Math.sqrt(Linear.dot(x, at, x, at, n) / n + EPSILON);
    }
}
