package dev.reft.benchmarks;

import java.util.Arrays;

/** Medians of wall time. */
final class Timing {
    private Timing() {}

    /** Something to time. */
    @FunctionalInterface
    interface Work {
        /** Does it once. */
        void run();
    }

    /** Median seconds of some runs, after one that is not counted. */
    static double median(int runs, Work work) {
        work.run();
        double[] seconds = new double[runs];
        for (int i = 0; i < runs; i++) {
            long start = System.nanoTime();
            work.run();
            seconds[i] = (System.nanoTime() - start) / 1e9;
        }
        return median(seconds);
    }

    /** The middle one of some numbers, or the mean of the two in the middle. */
    static double median(double... numbers) {
        double[] sorted = numbers.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
