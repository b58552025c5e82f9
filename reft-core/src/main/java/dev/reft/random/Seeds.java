package dev.reft.random;

/**
 * Seeds by place: a number that depends only on where a draw stands in a run, so a resumed run, another batch split or
 * another rank draws the same.
 */
public final class Seeds {
    private Seeds() {}

    /** What a seed is for. */
    public enum Stream {
        /** Sampling completions to learn from. */
        ROLLOUT,
        /** Sampling completions to evaluate. */
        EVALUATION,
        /** The order of data. */
        SHUFFLE,
        /** Initial weights of heads and adapters. */
        INITIALISATION
    }

    /**
     * The seed of a place.
     *
     * @param run the run's seed
     * @param stream what it is for
     * @param step the step, or 0
     * @param prompt the prompt's id, or ""
     * @param sample which sample of the prompt, or 0
     * @return a seed; equal places give equal seeds, different places practically never
     */
    public static long at(long run, Stream stream, long step, String prompt, int sample) {
        long h = mix(run ^ 0x9E3779B97F4A7C15L);
        h = mix(h ^ (stream.ordinal() + 1L));
        h = mix(h ^ step);
        for (int i = 0; i < prompt.length(); i++) {
            h = mix(h ^ prompt.charAt(i));
        }
        // The length keeps ("a", sample) and prompts that end in a control character apart.
        h = mix(h ^ ((long) prompt.length() << 32));
        return mix(h ^ sample);
    }

    /**
     * The uniform number that draws the token at a position of a row.
     *
     * @param seed the sample's seed
     * @param position the token's position in the row, prompt included
     * @return in [0, 1), with 53 random bits
     */
    public static double uniform(long seed, int position) {
        return (mix(mix(seed) ^ (position + 1L)) >>> 11) * 0x1.0p-53;
    }

    /**
     * A permutation that depends on the seed only.
     *
     * @param size how many numbers, &gt;= 0
     * @param seed from {@link #at}
     * @return 0 .. size - 1 in shuffled order
     */
    public static int[] permutation(int size, long seed) {
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            order[i] = i;
        }
        for (int i = size - 1; i > 0; i--) {
            int j = (int) (uniform(seed, i) * (i + 1));
            int swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        return order;
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014). */
    private static long mix(long z) {
        z += 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
