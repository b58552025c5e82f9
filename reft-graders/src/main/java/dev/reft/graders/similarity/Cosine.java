package dev.reft.graders.similarity;

/** The cosine of two vectors: {@code a.b / (|a| |b|)}. */
public final class Cosine {
    private Cosine() {}

    /**
     * The cosine, summed in doubles.
     *
     * @param a finite numbers
     * @param b as many
     * @return from -1 to 1; 0 if either vector is zero
     * @throws IllegalArgumentException if the lengths differ, or a number is not finite
     */
    public static double of(float[] a, float[] b) {
        if (a.length != b.length) {
            throw new IllegalArgumentException("cosine of vectors of " + a.length + " and " + b.length + " numbers");
        }
        double product = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            squaresA += (double) a[i] * a[i];
            squaresB += (double) b[i] * b[i];
        }
        if (!Double.isFinite(product) || !Double.isFinite(squaresA) || !Double.isFinite(squaresB)) {
            throw new IllegalArgumentException("a vector has a number that is not finite");
        }
        if (squaresA == 0 || squaresB == 0) {
            return 0;
        }
        return Math.max(-1, Math.min(1, product / (Math.sqrt(squaresA) * Math.sqrt(squaresB))));
    }
}
