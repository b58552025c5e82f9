package dev.reft.graders.shaping;

import java.util.regex.Pattern;

/** Tags and how they are found. */
final class Tags {
    static final String THINK = "<think>";
    static final String END_THINK = "</think>";
    static final String ANSWER = "<answer>";
    static final String END_ANSWER = "</answer>";
    static final Pattern STEP = Pattern.compile(
            "Step \\d++:|^\\d++\\.|\\n-|\\n\\*|First,|Second,|Next,|Finally,", Pattern.UNICODE_CHARACTER_CLASS);
    private static final String TURN = "\n</think>\n<answer>\n";

    private Tags() {}

    /** Where the answer starts in a text whose thought has lines of its own; -1 if it has none. */
    static int answerStart(String text) {
        int turn = text.startsWith(THINK + "\n") ? text.indexOf(TURN, THINK.length() + 1) : -1;
        return turn < 0 ? -1 : turn + TURN.length();
    }

    /** Whether {@code </answer>} ends a line from here on: what follows on further lines is not looked at, as published. */
    static boolean answerEnds(String text, int from) {
        String end = "\n" + END_ANSWER;
        for (int at = text.indexOf(end, from); at >= 0; at = text.indexOf(end, at + 1)) {
            int after = at + end.length();
            if (after == text.length() || text.charAt(after) == '\n') {
                return true;
            }
        }
        return false;
    }
}
