package dev.reft.torch;

import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import java.util.Arrays;

/**
 * Which packed tokens' hidden states are read, and what for. Rows follow each other in the order of the batch.
 *
 * @param heads packed index of the token before each scored token: its hidden state predicts it
 * @param targets the scored tokens
 * @param temperatures of the scored tokens' rows
 * @param values packed index of the token before each scored token, and of each row's last
 * @param counts scored tokens of each row
 */
record Positions(int[] heads, int[] targets, float[] temperatures, int[] values, int[] counts) {
    static Positions of(TokenBatch batch, Layout layout) {
        int[] counts = new int[batch.size()];
        Arrays.setAll(counts, i -> batch.row(i).scored().length);
        int total = Arrays.stream(counts).sum();
        int[] heads = new int[total];
        int[] targets = new int[total];
        float[] temperatures = new float[total];
        int[] values = new int[total + counts.length];
        int at = 0;
        for (int i = 0; i < counts.length; i++) {
            Row row = batch.row(i);
            int start = layout.starts()[i];
            for (int position : row.scored()) {
                heads[at] = start + position - 1;
                targets[at] = row.tokens()[position];
                temperatures[at] = row.temperature();
                values[at + i] = heads[at];
                at++;
            }
            values[at + i] = start + row.tokens().length - 1;
        }
        return new Positions(heads, targets, temperatures, values, counts);
    }

    boolean tempered() {
        for (float temperature : temperatures) {
            if (temperature != 1f) {
                return true;
            }
        }
        return false;
    }

    /** Cuts numbers of all rows into rows of {@code counts[i] + more} numbers. */
    float[][] rows(float[] flat, int more) {
        float[][] rows = new float[counts.length][];
        int at = 0;
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(flat, at, at + counts[i] + more);
            at += rows[i].length;
        }
        return rows;
    }

    /** Joins rows of numbers. */
    static float[] join(float[][] rows) {
        int total = 0;
        for (float[] row : rows) {
            total += row.length;
        }
        float[] flat = new float[total];
        int at = 0;
        for (float[] row : rows) {
            System.arraycopy(row, 0, flat, at, row.length);
            at += row.length;
        }
        return flat;
    }
}
