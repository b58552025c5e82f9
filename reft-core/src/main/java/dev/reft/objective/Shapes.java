package dev.reft.objective;

import dev.reft.model.TokenBatch;

/** Checks of a step's arrays: as many rows, the right lengths, finite numbers; messages name array, row and token. */
final class Shapes {
    private Shapes() {}

    static void finite(String name, float[][] rows) {
        for (int i = 0; i < rows.length; i++) {
            for (int t = 0; t < rows[i].length; t++) {
                if (!Float.isFinite(rows[i][t])) {
                    throw new IllegalArgumentException(name + " of row " + i + ", token " + t + " is " + rows[i][t]);
                }
            }
        }
    }

    /** One finite number a row. */
    static void rows(String name, double[] numbers, int expected) {
        if (numbers.length != expected) {
            throw new IllegalArgumentException(name + " has " + numbers.length + " numbers, " + expected + " expected");
        }
        for (int i = 0; i < numbers.length; i++) {
            if (!Double.isFinite(numbers[i])) {
                throw new IllegalArgumentException(name + " of row " + i + " is " + numbers[i]);
            }
        }
    }

    /** Every row of {@code rows} must be {@code extra} longer than that of {@code weights}. */
    static void like(float[][] weights, String name, float[][] rows, int extra) {
        if (rows.length != weights.length) {
            throw new IllegalArgumentException(name + " has " + rows.length + " rows, weights " + weights.length);
        }
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != weights[i].length + extra) {
                throw new IllegalArgumentException(name + ", row " + i + " has " + rows[i].length + " numbers, "
                        + (weights[i].length + extra) + " expected");
            }
        }
        finite(name, rows);
    }

    /** Every row of {@code rows} must be as long as that of {@code weights}, or one longer: the state after the last token. */
    static void states(float[][] weights, String name, float[][] rows) {
        if (rows.length != weights.length) {
            throw new IllegalArgumentException(name + " has " + rows.length + " rows, weights " + weights.length);
        }
        for (int i = 0; i < rows.length; i++) {
            int more = rows[i].length - weights[i].length;
            if (more != 0 && more != 1) {
                throw new IllegalArgumentException(name + ", row " + i + " has " + rows[i].length + " numbers, "
                        + weights[i].length + " or one more expected");
            }
        }
    }

    /** The index of a batch's row in the step's arrays, whose length there must be the row's number of scored tokens. */
    static int origin(TokenBatch batch, int i, float[][] weights) {
        return origin(batch, i, weights, 0);
    }

    /** The same for arrays by state: a row there may have one number more, for the state after the last token. */
    static int originOfStates(TokenBatch batch, int i, float[][] weights) {
        return origin(batch, i, weights, 1);
    }

    private static int origin(TokenBatch batch, int i, float[][] weights, int most) {
        int row = batch.origin(i);
        int scored = batch.row(i).scored().length;
        if (row >= weights.length) {
            throw new IllegalArgumentException(
                    "row " + row + " of the step has no weights; there are only " + weights.length + " rows of them");
        }
        int more = weights[row].length - scored;
        if (more < 0 || more > most) {
            throw new IllegalArgumentException("row " + row + " of the step has " + scored + " scored tokens but "
                    + weights[row].length + " weights");
        }
        return row;
    }
}
