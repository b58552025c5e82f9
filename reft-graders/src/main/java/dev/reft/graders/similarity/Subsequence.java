package dev.reft.graders.similarity;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Length of the longest common subsequence of a fixed pattern and any text, bit-parallel (Hyyrö 2004): 64 cells of the table at a time.
 */
final class Subsequence {
    private final Map<Integer, Integer> letters = new HashMap<>();
    private final long[][] masks;
    private final int words;
    private final int length;

    /**
     * Prepares a pattern.
     *
     * @param pattern symbols, such as code points or ids of tokens
     */
    Subsequence(int[] pattern) {
        length = pattern.length;
        words = (length + 63) / 64;
        for (int symbol : pattern) {
            letters.putIfAbsent(symbol, letters.size());
        }
        masks = new long[letters.size()][words];
        for (int i = 0; i < length; i++) {
            masks[letters.getOrDefault(pattern[i], 0)][i >> 6] |= 1L << (i & 63);
        }
    }

    /** The text in the pattern's letters: what {@link #of} and {@link #prefixes} take; -1 where the pattern lacks the symbol. */
    int[] encode(int[] text) {
        int[] encoded = new int[text.length];
        for (int i = 0; i < text.length; i++) {
            encoded[i] = letters.getOrDefault(text[i], -1);
        }
        return encoded;
    }

    /** The length for one stretch of an encoded text. */
    int of(int[] encoded, int from, int to) {
        long[] state = start();
        for (int i = from; i < to; i++) {
            advance(state, encoded[i]);
        }
        return count(state);
    }

    /** The lengths for the first 0 to {@code count} symbols of an encoded text, in one pass. */
    int[] prefixes(int[] encoded, int count) {
        int[] lengths = new int[count + 1];
        long[] state = start();
        for (int i = 0; i < count; i++) {
            advance(state, encoded[i]);
            lengths[i + 1] = count(state);
        }
        return lengths;
    }

    /** The length for two sequences. */
    static int of(int[] a, int[] b) {
        if (a.length == 0 || b.length == 0) {
            return 0;
        }
        Subsequence pattern = new Subsequence(a.length <= b.length ? a : b);
        int[] text = a.length <= b.length ? b : a;
        return pattern.of(pattern.encode(text), 0, text.length);
    }

    private long[] start() {
        long[] state = new long[words];
        Arrays.fill(state, -1);
        return state;
    }

    private void advance(long[] state, int letter) {
        if (letter < 0) {
            return;
        }
        long[] mask = masks[letter];
        long carry = 0;
        for (int w = 0; w < words; w++) {
            long s = state[w];
            long matches = s & mask[w];
            long sum = s + matches;
            long withCarry = sum + carry;
            carry = Long.compareUnsigned(sum, s) < 0 || Long.compareUnsigned(withCarry, sum) < 0 ? 1 : 0;
            state[w] = withCarry | (s - matches);
        }
    }

    private int count(long[] state) {
        int zeros = 0;
        for (long word : state) {
            zeros += Long.bitCount(~word);
        }
        return zeros;
    }
}
