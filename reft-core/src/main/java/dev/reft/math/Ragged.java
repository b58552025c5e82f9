package dev.reft.math;

/** Conversions of ragged arrays between the floats that models speak and the doubles that formulas use. */
public final class Ragged {
    private Ragged() {}

    /**
     * Widens floats.
     *
     * @param floats any numbers
     * @return the same numbers in a new array
     */
    public static double[] doubles(float[] floats) {
        double[] wide = new double[floats.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = floats[i];
        }
        return wide;
    }

    /**
     * Widens rows of floats.
     *
     * @param floats [row][n]
     * @return the same numbers in new arrays
     */
    public static double[][] doubles(float[][] floats) {
        double[][] wide = new double[floats.length][];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = doubles(floats[i]);
        }
        return wide;
    }

    /**
     * Rounds doubles to floats.
     *
     * @param doubles any numbers
     * @return the nearest floats, in a new array
     */
    public static float[] floats(double[] doubles) {
        float[] narrow = new float[doubles.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) doubles[i];
        }
        return narrow;
    }

    /**
     * Rounds rows of doubles to floats.
     *
     * @param doubles [row][n]
     * @return the nearest floats, in new arrays
     */
    public static float[][] floats(double[][] doubles) {
        float[][] narrow = new float[doubles.length][];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = floats(doubles[i]);
        }
        return narrow;
    }
}
