package dev.reft.graders.programs;

import java.time.Duration;
import java.util.List;

/** What a program's test results are worth. The type grows; callers keep a default branch. */
public sealed interface CodeScoring {
    /**
     * The result of one test.
     *
     * @param passed whether it passed
     * @param took how long it ran
     */
    record Result(boolean passed, Duration took) {}

    /**
     * The score of a program.
     *
     * @param results one a test
     * @param limit the time that each test had
     * @return from 0 to 1; 0 without tests
     */
    double score(List<Result> results, Duration limit);

    /**
     * The share of tests that passed.
     *
     * @param results one a test
     * @return from 0 to 1; 0 without tests
     */
    static double rate(List<Result> results) {
        return results.isEmpty()
                ? 0
                : (double) results.stream().filter(Result::passed).count() / results.size();
    }

    /**
     * The share of tests that passed, 0 below a threshold; if timed, each pass counts {@code (limit - took) / limit}
     * (allenai/open-instruct, CodeVerifier).
     *
     * @param threshold from 0 to 1
     * @param timed whether faster is better
     */
    record PassRate(double threshold, boolean timed) implements CodeScoring {
        /**
         * Checks the threshold.
         *
         * @throws IllegalArgumentException if it is not between 0 and 1
         */
        public PassRate {
            if (!(threshold >= 0 && threshold <= 1)) {
                throw new IllegalArgumentException("threshold " + threshold + " is not between 0 and 1");
            }
        }

        @Override
        public double score(List<Result> results, Duration limit) {
            double rate = rate(results);
            if (rate < threshold || !timed) {
                return rate < threshold ? 0 : rate;
            }
            double sum = 0;
            for (Result result : results) {
                double spent = (double) result.took().toNanos() / limit.toNanos();
                sum += result.passed() ? Math.max(0, 1 - spent) : 0;
            }
            return results.isEmpty() ? 0 : sum / results.size();
        }
    }

    /** 1 if there are tests and all passed, else 0. */
    record AllOrNothing() implements CodeScoring {
        @Override
        public double score(List<Result> results, Duration limit) {
            return !results.isEmpty() && results.stream().allMatch(Result::passed) ? 1 : 0;
        }
    }

    /**
     * 1 if the share of tests that passed is above a bound, else 0 (huggingface/open-r1, binary_code_reward: 0.99).
     *
     * @param bound from 0, less than 1
     */
    record Above(double bound) implements CodeScoring {
        /** Open-r1's. */
        public static final Above OPEN_R1 = new Above(0.99);

        /**
         * Checks the bound.
         *
         * @throws IllegalArgumentException if it is not from 0 to less than 1
         */
        public Above {
            if (!(bound >= 0 && bound < 1)) {
                throw new IllegalArgumentException("bound " + bound + " is not from 0 to less than 1");
            }
        }

        @Override
        public double score(List<Result> results, Duration limit) {
            return of(rate(results));
        }

        /**
         * The score of a share.
         *
         * @param rate from 0 to 1
         * @return 1 or 0
         */
        public double of(double rate) {
            return rate > bound ? 1 : 0;
        }
    }
}
