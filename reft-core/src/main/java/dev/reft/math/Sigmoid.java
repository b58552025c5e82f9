package dev.reft.math;

/** The logistic function and its logarithm, without overflow. */
final class Sigmoid {
    private Sigmoid() {}

    /** 1 / (1 + exp(-x)). */
    static double of(double x) {
        if (x >= 0) {
            return 1 / (1 + Math.exp(-x));
        }
        double e = Math.exp(x);
        return e / (1 + e);
    }

    /** log of the above. */
    static double log(double x) {
        return x >= 0 ? -Math.log1p(Math.exp(-x)) : x - Math.log1p(Math.exp(x));
    }
}
