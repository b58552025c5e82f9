package dev.reft.graders.similarity;

import dev.reft.graders.PythonCase;
import dev.reft.graders.PythonText;
import dev.reft.grading.Deadline;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;

/**
 * String similarity from 0 to 1 as rapidfuzz 3.14 defines it (its scores divided by 100), over code points. The ratios that look at parts
 * take time in the product of three lengths at worst; they poll {@link Deadline#current()}.
 *
 * <p>Known effects of {@link #score}: an input that contains the reference scores at least 0.9 however long it is; "Paris" and "paris",
 * and "C++" and "C", are equal.
 */
public final class FuzzyMatch {
    /**
     * Words of 64 bits that one partial ratio works on, after which it is the best of what it looked at: below the true one, by less than 0.05
     * for texts of {@link SimilarityGrader#LONGEST} code points, the same on every machine. Texts of up to 1,400 code points never come so far.
     */
    public static final long WORK = 8_000_000;

    private static final double TOKENS = 0.95;
    private static final Comparator<String> BY_CODE_POINTS = FuzzyMatch::compare;

    private FuzzyMatch() {}

    /**
     * OpenAI's {@code fuzzy_match}: {@link #weighted} of both texts after {@link #process}.
     *
     * @param input what is judged
     * @param reference what it is compared with
     * @return from 0 to 1
     * @throws TimeoutException if the thread's deadline passes
     */
    public static double score(String input, String reference) throws TimeoutException {
        return weighted(process(input), process(reference));
    }

    /**
     * rapidfuzz's {@code default_process}: what is neither letter, number nor underscore becomes a space; white space at the ends is
     * dropped; lower case. As in its pure Python form; the compiled one makes a space of the underscore too.
     *
     * @param text any text
     * @return the text that is compared
     */
    public static String process(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> out.appendCodePoint(isWord(c) ? c : ' '));
        return PythonCase.lower(PythonText.strip(out.toString()));
    }

    private static boolean isWord(int c) {
        int type = Character.getType(c);
        return Character.isLetter(c)
                || type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER
                || c == '_';
    }

    /**
     * {@code WRatio}: the best of several ratios, each scaled by how much it ignores.
     *
     * @param a any text
     * @param b any text
     * @return from 0 to 1; 0 if either is empty
     * @throws TimeoutException if the thread's deadline passes
     */
    public static double weighted(String a, String b) throws TimeoutException {
        if (a.isEmpty() || b.isEmpty()) {
            return 0;
        }
        double first = a.codePointCount(0, a.length());
        double second = b.codePointCount(0, b.length());
        double lengths = first > second ? first / second : second / first;
        double whole = ratio(a, b);
        if (lengths < 1.5) {
            return Math.max(whole, tokenRatio(a, b) * TOKENS);
        }
        double partial = lengths <= 8 ? 0.9 : 0.6;
        double part = Math.max(whole, partialRatio(a, b) * partial);
        return Math.max(part, partialTokenRatio(a, b) * TOKENS * partial);
    }

    /**
     * {@code QRatio}: {@link #ratio}, but 0 if either text is empty.
     *
     * @param a any text
     * @param b any text
     * @return from 0 to 1
     */
    public static double quick(String a, String b) {
        return a.isEmpty() || b.isEmpty() ? 0 : ratio(a, b);
    }

    /**
     * {@code ratio}: 1 - indel distance / sum of the lengths.
     *
     * @param a any text
     * @param b any text
     * @return from 0 to 1; 1 if both are empty
     */
    public static double ratio(String a, String b) {
        int[] first = a.codePoints().toArray();
        int[] second = b.codePoints().toArray();
        return similarity(Subsequence.of(first, second), first.length + second.length);
    }

    /**
     * {@code token_sort_ratio}: {@link #ratio} of the sorted words.
     *
     * @param a any text
     * @param b any text
     * @return from 0 to 1
     */
    public static double tokenSortRatio(String a, String b) {
        return ratio(sorted(a), sorted(b));
    }

    /**
     * {@code token_set_ratio}: compares the words that both have, and these with the rest of each; 1 if one text's words are among the
     * other's.
     *
     * @param a any text
     * @param b any text
     * @return from 0 to 1; 0 if either has no words
     */
    public static double tokenSetRatio(String a, String b) {
        Words words = new Words(a, b);
        if (words.empty) {
            return 0;
        }
        if (!words.common.isEmpty() && (words.onlyA.isEmpty() || words.onlyB.isEmpty())) {
            return 1;
        }
        int[] restA = join(words.onlyA).codePoints().toArray();
        int[] restB = join(words.onlyB).codePoints().toArray();
        int shared = (int) join(words.common).codePoints().count();
        int gap = shared == 0 ? 0 : 1;
        int withA = shared + gap + restA.length;
        int withB = shared + gap + restB.length;
        int distance = restA.length + restB.length - 2 * Subsequence.of(restA, restB);
        double best = normalised(distance, withA + withB);
        if (shared > 0) {
            best = Math.max(best, normalised(gap + restA.length, shared + withA));
            best = Math.max(best, normalised(gap + restB.length, shared + withB));
        }
        return best;
    }

    /**
     * {@code token_ratio}: the greater of {@link #tokenSetRatio} and {@link #tokenSortRatio}.
     *
     * @param a any text
     * @param b any text
     * @return from 0 to 1
     */
    public static double tokenRatio(String a, String b) {
        return Math.max(tokenSetRatio(a, b), tokenSortRatio(a, b));
    }

    /**
     * {@code partial_ratio}: the best {@link #ratio} of the shorter text with a stretch of the longer that is no longer than it.
     *
     * @param a any text
     * @param b any text
     * @return from 0 to 1; 1 if both are empty
     * @throws TimeoutException if the thread's deadline passes
     */
    public static double partialRatio(String a, String b) throws TimeoutException {
        int[] first = a.codePoints().toArray();
        int[] second = b.codePoints().toArray();
        if (first.length == 0 && second.length == 0) {
            return 1;
        }
        if (first.length == 0 || second.length == 0) {
            return 0;
        }
        boolean inOrder = first.length <= second.length;
        double best = new Windows(inOrder ? first : second, inOrder ? second : first).best();
        return first.length == second.length && best < 1 ? Math.max(best, new Windows(second, first).best()) : best;
    }

    /**
     * {@code partial_token_sort_ratio}: {@link #partialRatio} of the sorted words.
     *
     * @param a any text
     * @param b any text
     * @return from 0 to 1
     * @throws TimeoutException if the thread's deadline passes
     */
    public static double partialTokenSortRatio(String a, String b) throws TimeoutException {
        return partialRatio(sorted(a), sorted(b));
    }

    /**
     * {@code partial_token_set_ratio}: 1 if the texts have a word in common, else {@link #partialRatio} of their sets of words.
     *
     * @param a any text
     * @param b any text
     * @return from 0 to 1; 0 if either has no words
     * @throws TimeoutException if the thread's deadline passes
     */
    public static double partialTokenSetRatio(String a, String b) throws TimeoutException {
        Words words = new Words(a, b);
        if (words.empty) {
            return 0;
        }
        return words.common.isEmpty() ? partialRatio(join(words.onlyA), join(words.onlyB)) : 1;
    }

    /**
     * {@code partial_token_ratio}: 1 if the texts have a word in common, else the better of {@link #partialRatio} of the sorted words and
     * of their sets.
     *
     * @param a any text
     * @param b any text
     * @return from 0 to 1
     * @throws TimeoutException if the thread's deadline passes
     */
    public static double partialTokenRatio(String a, String b) throws TimeoutException {
        Words words = new Words(a, b);
        if (!words.common.isEmpty()) {
            return 1;
        }
        double all = partialRatio(sorted(a), sorted(b));
        return all == 1 ? 1 : Math.max(all, partialRatio(join(words.onlyA), join(words.onlyB)));
    }

    private static double similarity(int common, int lengths) {
        return normalised(lengths - 2 * common, lengths);
    }

    private static double normalised(int distance, int lengths) {
        return lengths == 0 ? 1 : 1 - (double) distance / lengths;
    }

    private static String sorted(String text) {
        List<String> words = new ArrayList<>(PythonText.split(text));
        words.sort(BY_CODE_POINTS);
        return join(words);
    }

    private static String join(Collection<String> words) {
        return String.join(" ", words);
    }

    /** Python's order of texts; Java's differs beyond the basic plane. */
    private static int compare(String a, String b) {
        int at = 0;
        while (at < a.length() && at < b.length() && a.charAt(at) == b.charAt(at)) {
            at++;
        }
        if (at == a.length() || at == b.length()) {
            return a.length() - b.length();
        }
        int start = at > 0 && Character.isLowSurrogate(a.charAt(at)) && Character.isHighSurrogate(a.charAt(at - 1))
                ? at - 1
                : at;
        return a.codePointAt(start) - b.codePointAt(start);
    }

    /** The words of two texts: in both, and in one only. */
    private static final class Words {
        final boolean empty;
        final TreeSet<String> common = new TreeSet<>(BY_CODE_POINTS);
        final TreeSet<String> onlyA = new TreeSet<>(BY_CODE_POINTS);
        final TreeSet<String> onlyB = new TreeSet<>(BY_CODE_POINTS);

        Words(String a, String b) {
            onlyA.addAll(PythonText.split(a));
            onlyB.addAll(PythonText.split(b));
            empty = onlyA.isEmpty() || onlyB.isEmpty();
            common.addAll(onlyA);
            common.retainAll(onlyB);
            onlyA.removeAll(common);
            onlyB.removeAll(common);
        }
    }

    /** All stretches of a longer text against a shorter one. */
    private static final class Windows {
        private final int[] shorter;
        private final int[] longer;
        private final Subsequence pattern;
        private final int[] encoded;
        private final Deadline deadline = Deadline.current();
        private int common;

        Windows(int[] shorter, int[] longer) {
            this.shorter = shorter;
            this.longer = longer;
            pattern = new Subsequence(shorter);
            encoded = pattern.encode(longer);
        }

        double best() throws TimeoutException {
            int last = longer.length - shorter.length;
            double best = Math.max(
                    ends(pattern.prefixes(encoded, shorter.length)),
                    ends(new Subsequence(reversed(shorter)).prefixes(reversedCode(), shorter.length)));
            // What a full window must have in common to be better than that.
            common = (int) Math.floor(best * shorter.length);
            int atStart = at(0);
            between(new Gap(0, atStart, last, last == 0 ? atStart : at(last)));
            return Math.max(best, similarity(common, 2 * shorter.length));
        }

        /**
         * A window moved by one gains or loses at most one, so what lies between two of them is bounded. The widest gaps come first: what is
         * left when the work is done with is narrow.
         */
        private void between(Gap whole) throws TimeoutException {
            Deque<Gap> gaps = new ArrayDeque<>(List.of(whole));
            long each = (long) shorter.length * (shorter.length / Long.SIZE + 1);
            for (long left = WORK / each; left > 0 && !gaps.isEmpty(); ) {
                Gap gap = gaps.remove();
                int middle = (gap.from + gap.to) >>> 1;
                if (gap.to - gap.from >= 2 && (gap.atFrom + gap.atTo + gap.to - gap.from) / 2 > common) {
                    int atMiddle = at(middle);
                    gaps.add(new Gap(gap.from, gap.atFrom, middle, atMiddle));
                    gaps.add(new Gap(middle, atMiddle, gap.to, gap.atTo));
                    left--;
                }
            }
        }

        /** Windows between two whose common lengths are known. */
        private record Gap(int from, int atFrom, int to, int atTo) {}

        private int at(int start) throws TimeoutException {
            deadline.check();
            int found = pattern.of(encoded, start, start + shorter.length);
            common = Math.max(common, found);
            return found;
        }

        private double ends(int[] lengths) {
            double best = 0;
            for (int i = 1; i < lengths.length; i++) {
                best = Math.max(best, similarity(lengths[i], shorter.length + i));
            }
            return best;
        }

        private int[] reversedCode() {
            return new Subsequence(reversed(shorter)).encode(reversed(longer));
        }

        private static int[] reversed(int[] text) {
            int[] out = new int[text.length];
            for (int i = 0; i < text.length; i++) {
                out[i] = text[text.length - 1 - i];
            }
            return out;
        }
    }
}
