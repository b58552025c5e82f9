package dev.reft.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How ragged rows lie in one packed sequence of tokens: in buckets of rows of one length.
 *
 * <p>A bucket costs a few operations a layer, a shorter row in it costs padding. The cut into buckets is the cheapest for a
 * given price of a bucket in tokens; for large models that is next to no padding. Padding comes after a row's tokens, so
 * causal attention never sees it.
 *
 * @param buckets in the order of the packed tokens
 * @param starts where each row of the batch begins among the packed tokens
 * @param size number of packed tokens, padding included
 */
record Layout(List<Bucket> buckets, int[] starts, int size) {
    /**
     * Rows that are attended to together.
     *
     * @param rows number of rows, &gt;= 1
     * @param length tokens of each, padding included
     */
    record Bucket(int rows, int length) {
        int tokens() {
            return Math.multiplyExact(rows, length);
        }
    }

    /**
     * The cheapest layout.
     *
     * @param lengths of the rows, each &gt;= 1
     * @param price of a bucket in tokens, &gt;= 0
     */
    static Layout of(int[] lengths, double price) {
        Integer[] order = new Integer[lengths.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Integer.compare(lengths[a], lengths[b]));
        int[] sorted = new int[lengths.length];
        Arrays.setAll(sorted, i -> lengths[order[i]]);
        int[] ends = cuts(sorted, price);
        List<Bucket> buckets = new ArrayList<>();
        int[] starts = new int[lengths.length];
        int at = 0;
        int from = 0;
        for (int end : ends) {
            Bucket bucket = new Bucket(end - from, sorted[end - 1]);
            for (int i = from; i < end; i++) {
                starts[order[i]] = at + (i - from) * bucket.length();
            }
            buckets.add(bucket);
            at = Math.addExact(at, bucket.tokens());
            from = end;
        }
        return new Layout(List.copyOf(buckets), starts, at);
    }

    /** Where the buckets end, by dynamic programming over rows sorted by length: O(n^2) for n distinct lengths. */
    private static int[] cuts(int[] sorted, double price) {
        int n = sorted.length;
        int[] last = new int[n];
        int distinct = 0;
        for (int i = 0; i < n; i++) {
            if (i == n - 1 || sorted[i + 1] != sorted[i]) {
                last[distinct++] = i + 1;
            }
        }
        double[] best = new double[distinct + 1];
        int[] previous = new int[distinct + 1];
        for (int end = 1; end <= distinct; end++) {
            best[end] = Double.POSITIVE_INFINITY;
            for (int begin = end - 1; begin >= 0; begin--) {
                int rows = last[end - 1] - (begin == 0 ? 0 : last[begin - 1]);
                double cost = best[begin] + price + (double) rows * sorted[last[end - 1] - 1];
                if (cost < best[end]) {
                    best[end] = cost;
                    previous[end] = begin;
                }
            }
        }
        List<Integer> ends = new ArrayList<>();
        for (int end = distinct; end > 0; end = previous[end]) {
            ends.add(0, last[end - 1]);
        }
        return ends.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Token ids in packed order; padding is id 0. */
    int[] pack(List<int[]> rows) {
        int[] packed = new int[size];
        for (int i = 0; i < starts.length; i++) {
            int[] row = rows.get(i);
            System.arraycopy(row, 0, packed, starts[i], row.length);
        }
        return packed;
    }

    /** Positions within their rows, in packed order. */
    int[] positions() {
        int[] positions = new int[size];
        int at = 0;
        for (Bucket bucket : buckets) {
            for (int i = 0; i < bucket.tokens(); i++) {
                positions[at + i] = i % bucket.length();
            }
            at += bucket.tokens();
        }
        return positions;
    }

    /** Length of the longest row. */
    int longest() {
        return buckets.stream().mapToInt(Bucket::length).max().orElse(0);
    }
}
