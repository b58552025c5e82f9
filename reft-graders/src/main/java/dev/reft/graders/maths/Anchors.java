package dev.reft.graders.maths;

import dev.reft.graders.PythonText;

/** Says how strongly the words before a place announce an answer. */
final class Anchors {
    /** "final answer is ... I hope". */
    static final int CERTAIN = 0;

    /** "final answer ... is". */
    static final int FINAL = 50;

    /** "answer:". */
    static final int COLON = 100;

    /** "answer". */
    static final int WORD = 200;

    /** Nothing announces it. */
    static final int NONE = 300;

    private static final int REACH = 50;
    private static final int FAR_REACH = 110;

    private final String lower;
    private final boolean silent;

    Anchors(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            out.append(c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
        }
        lower = out.toString();
        silent = !lower.contains("answer");
    }

    /**
     * The strength of what stands before a candidate.
     *
     * @param start where it starts
     * @param end where it ends
     * @param previous where the candidate before it starts, -1 if none: an announcement counts for the first that follows
     */
    int priority(int start, int end, int previous) {
        if (silent) {
            return NONE;
        }
        int at = start;
        while (at > 0 && start - at < REACH && PythonText.isSpace(lower.charAt(at - 1))) {
            at--;
        }
        if (at > 0 && lower.charAt(at - 1) == ':') {
            at--;
        }
        String before = lower.substring(Math.max(0, at - FAR_REACH), at);
        if (before.endsWith("final answer is") && hopes(end)) {
            return CERTAIN;
        }
        if (before.endsWith(" is") && before.contains("final answer")) {
            return FINAL;
        }
        int from = Math.max(previous + 1, start - REACH - "answer:".length());
        if (from < start) {
            String near = lower.substring(Math.max(0, from), start);
            if (near.contains("answer:")) {
                return COLON;
            }
            if (near.contains("answer")) {
                return WORD;
            }
        }
        return NONE;
    }

    private boolean hopes(int end) {
        int at = end;
        if (at < lower.length() && lower.charAt(at) == '.') {
            at++;
        }
        if (at < lower.length() && PythonText.isSpace(lower.charAt(at))) {
            at++;
        }
        return lower.startsWith("i hope", at);
    }
}
