package dev.reft.golden;

/** From the files' padded rows with masks to the library's ragged rows of scored tokens, and back. */
final class Masks {
    private Masks() {}

    static double[] pack(double[] row, boolean[] mask) {
        double[] packed = new double[count(mask)];
        int n = 0;
        for (int t = 0; t < mask.length; t++) {
            if (mask[t]) {
                packed[n++] = row[t];
            }
        }
        return packed;
    }

    static double[][] pack(double[][] rows, boolean[][] mask) {
        double[][] packed = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            packed[i] = pack(rows[i], mask[i]);
        }
        return packed;
    }

    /** Masked positions come out as 0. */
    static double[] spread(double[] packed, boolean[] mask) {
        double[] row = new double[mask.length];
        int n = 0;
        for (int t = 0; t < mask.length; t++) {
            row[t] = mask[t] ? packed[n++] : 0;
        }
        return row;
    }

    static double[][] spread(double[][] packed, boolean[][] mask) {
        double[][] rows = new double[packed.length][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = spread(packed[i], mask[i]);
        }
        return rows;
    }

    static int count(boolean[] mask) {
        int n = 0;
        for (boolean m : mask) {
            n += m ? 1 : 0;
        }
        return n;
    }

    static int[] lengths(boolean[][] mask) {
        int[] lengths = new int[mask.length];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = count(mask[i]);
        }
        return lengths;
    }

    static int total(boolean[][] mask) {
        int n = 0;
        for (boolean[] row : mask) {
            n += count(row);
        }
        return n;
    }

    static double[] with(double[] row, double last) {
        double[] longer = java.util.Arrays.copyOf(row, row.length + 1);
        longer[row.length] = last;
        return longer;
    }

    static double weighted(double[][] weights, double[][] losses) {
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            for (int t = 0; t < weights[i].length; t++) {
                sum += weights[i][t] * losses[i][t];
            }
        }
        return sum;
    }
}
