package dev.reft.graders;

import java.util.Arrays;

/** open-instruct's last number of a text: {@code [-+]?(\d*\.\d+|\d+)} after commas between digits were dropped. */
final class LastNumber {
    private LastNumber() {}

    /**
     * The last number, its sign included; digits of any script count.
     *
     * @param text any text
     * @return the number's text; the text itself if it has none
     */
    static String of(String text) {
        int[] codes = withoutCommas(text.codePoints().toArray());
        String last = null;
        for (int at = 0; at < codes.length; ) {
            int end = match(codes, at);
            if (end > at) {
                last = new String(codes, at, end - at);
            }
            at = Math.max(end, at + 1);
        }
        return last == null ? text : last;
    }

    /** As Python's re.sub does it: matches do not overlap, so of "1,2,3" only the first comma goes. */
    private static int[] withoutCommas(int[] codes) {
        int[] out = new int[codes.length];
        int length = 0;
        for (int i = 0; i < codes.length; i++) {
            out[length++] = codes[i];
            if (digit(codes, i) && i + 2 < codes.length && codes[i + 1] == ',' && digit(codes, i + 2)) {
                out[length++] = codes[i + 2];
                i += 2;
            }
        }
        return Arrays.copyOf(out, length);
    }

    private static int match(int[] codes, int start) {
        int at = start;
        if (codes[at] == '-' || codes[at] == '+') {
            at++;
        }
        int first = at;
        while (digit(codes, at)) {
            at++;
        }
        if (at < codes.length && codes[at] == '.' && digit(codes, at + 1)) {
            at++;
            while (digit(codes, at)) {
                at++;
            }
            return at;
        }
        return at > first ? at : start;
    }

    private static boolean digit(int[] codes, int index) {
        return index < codes.length && PythonText.isDigit(codes[index]);
    }
}
