package dev.reft.graders.openai;

import dev.reft.grading.Deadline;
import java.util.concurrent.TimeoutException;

/** Whether a text contains another, in linear time: {@link String#contains} is quadratic on texts made for it. */
final class Containment {
    /** Below this product of lengths the plain search is quick whatever the texts are. */
    private static final long PLAIN = 4_000_000;

    private static final int PAUSE = 1 << 16;

    private Containment() {}

    static boolean contains(String text, String part) throws TimeoutException {
        if ((long) text.length() * part.length() <= PLAIN || part.length() < 2) {
            return text.contains(part);
        }
        // Knuth, Morris and Pratt: borders[i] is the longest proper border of the first i + 1 chars.
        int[] borders = new int[part.length()];
        for (int i = 1; i < part.length(); i++) {
            poll(i);
            borders[i] = extend(part, borders, borders[i - 1], part.charAt(i));
        }
        int matched = 0;
        for (int i = 0; i < text.length(); i++) {
            poll(i);
            matched = extend(part, borders, matched, text.charAt(i));
            if (matched == part.length()) {
                return true;
            }
        }
        return false;
    }

    private static int extend(String part, int[] borders, int from, char next) {
        int matched = from;
        while (matched > 0 && part.charAt(matched) != next) {
            matched = borders[matched - 1];
        }
        return part.charAt(matched) == next ? matched + 1 : 0;
    }

    private static void poll(int i) throws TimeoutException {
        if (i % PAUSE == 0) {
            Deadline.current().check();
        }
    }
}
