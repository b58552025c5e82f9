package dev.reft.graders.judges;

import dev.reft.graders.PythonCase;
import dev.reft.graders.PythonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads which of some choices a judge picked, as {@code verifiers} does (at a60a606, {@code parse_judge_choice}): what
 * stands after "Final Answer", "Final Verdict" or "Final Judgment" at the start of a line (boxed first), else in the last
 * {@code \boxed{}}, else after "Answer", "Verdict" or "Judgment", else the last choice that stands alone in the text. Upper
 * and lower case are equal, a choice counts as a whole word only, and thinking before {@code </think>} is left out. Scans by
 * hand, linear in the text's length.
 */
public final class ChoiceReader {
    private static final String BOX = "\\boxed{";
    private static final List<String> MARKERS = List.of("JUDGMENT", "ANSWER", "VERDICT");

    private final List<String> choices;
    private final List<String> upper;

    /**
     * A reader.
     *
     * @param choices at least one, none empty, different also in upper case
     * @throws IllegalArgumentException if they are not
     */
    public ChoiceReader(List<String> choices) {
        this.choices = List.copyOf(choices);
        this.upper = choices.stream().map(PythonCase::simpleUpper).toList();
        if (choices.isEmpty() || upper.contains("") || upper.stream().distinct().count() < upper.size()) {
            throw new IllegalArgumentException("choices " + choices + " must be different words, whatever their case");
        }
    }

    /**
     * Reads a reply.
     *
     * @param reply what the judge said
     * @return the choice as it was given to the constructor; empty if there is no verdict
     */
    public Optional<String> read(String reply) {
        boolean closed = reply.contains("</think>");
        if (reply.contains("<think>") && !closed) {
            return Optional.empty();
        }
        String text =
                PythonText.strip(closed ? reply.substring(reply.lastIndexOf("</think>") + "</think>".length()) : reply);
        String loud = PythonCase.simpleUpper(text);
        List<Integer> found = new ArrayList<>();
        List<String> lines = lines(loud);
        lines.forEach(line -> boxedAfterMarker(line, found));
        if (found.isEmpty()) {
            lines.forEach(line -> afterMarker(line, afterFinal(line), found));
        }
        if (found.isEmpty()) {
            anywhere(PythonCase.simpleUpper(boxed(text, true)), found);
        }
        if (found.isEmpty()) {
            lines.forEach(line -> afterMarker(line, skipBlank(line, 0), found));
        }
        if (found.isEmpty()) {
            anywhere(loud, found);
        }
        return found.isEmpty() ? Optional.empty() : Optional.of(choices.get(found.get(found.size() - 1)));
    }

    /**
     * The inside of the last {@code \boxed{}}, braces matched.
     *
     * @param text any text
     * @param strict whether a text without a closed box gives "" instead of itself
     * @return what stands in the box
     */
    public static String boxed(String text, boolean strict) {
        int start = text.lastIndexOf(BOX);
        int depth = 1;
        for (int i = start + BOX.length(); start >= 0 && i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (depth == 0) {
                return text.substring(start + BOX.length(), i);
            }
        }
        return strict ? "" : text;
    }

    private static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
            lines.add(text.substring(start, end));
            start = end + 1;
        }
        lines.add(text.substring(start));
        return lines;
    }

    /** Where the marker word may stand after FINAL and blanks, or -1. */
    private static int afterFinal(String line) {
        int at = skipBlank(line, 0);
        if (at < 0 || !line.startsWith("FINAL", at)) {
            return -1;
        }
        int word = skipBlank(line, at + 5);
        return word > at + 5 ? word : -1;
    }

    /** Where the marker word that stands at a place ends, or -1. */
    private static int markerEnd(String line, int at) {
        for (String marker : MARKERS) {
            if (at >= 0 && line.startsWith(marker, at)) {
                return at + marker.length();
            }
        }
        return -1;
    }

    private void boxedAfterMarker(String line, List<Integer> found) {
        int end = markerEnd(line, afterFinal(line));
        String box = "\\BOXED{";
        for (int at = end < 0 ? -1 : line.lastIndexOf(box); at >= end && at >= 0; at = line.lastIndexOf(box, at - 1)) {
            int start = skipBlank(line, at + box.length());
            int choice = choiceAt(line, start);
            if (choice >= 0) {
                int close = skipBlank(line, start + upper.get(choice).length());
                if (close < line.length() && line.charAt(close) == '}') {
                    found.add(choice);
                    return;
                }
            }
        }
    }

    /** [blanks] [IS [blanks]] [: or -] [blanks] choice. */
    private void afterMarker(String line, int markerStart, List<Integer> found) {
        int end = markerEnd(line, markerStart);
        if (end < 0) {
            return;
        }
        int start = skipBlank(line, end);
        int choice = line.startsWith("IS", start) ? afterSign(line, skipBlank(line, start + 2)) : -1;
        choice = choice < 0 ? afterSign(line, start) : choice;
        if (choice >= 0) {
            found.add(choice);
        }
    }

    private int afterSign(String line, int at) {
        boolean sign = at < line.length() && (line.charAt(at) == ':' || line.charAt(at) == '-');
        int choice = sign ? choiceAt(line, skipBlank(line, at + 1)) : -1;
        return choice < 0 ? choiceAt(line, at) : choice;
    }

    private void anywhere(String text, List<Integer> found) {
        for (int at = 0; at < text.length(); ) {
            int choice = choiceAt(text, at);
            if (choice >= 0) {
                found.add(choice);
                at += upper.get(choice).length();
            } else {
                at += Character.charCount(text.codePointAt(at));
            }
        }
    }

    /** Which choice stands alone at a place, or -1. */
    private int choiceAt(String text, int at) {
        if (at > 0 && at <= text.length() && isWord(text.codePointBefore(at))) {
            return -1;
        }
        for (int i = 0; i < upper.size(); i++) {
            int end = at + upper.get(i).length();
            if (text.startsWith(upper.get(i), at) && (end == text.length() || !isWord(text.codePointAt(end)))) {
                return i;
            }
        }
        return -1;
    }

    private static int skipBlank(String line, int start) {
        int at = start;
        while (at >= 0 && at < line.length() && PythonText.isSpace(line.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isWord(int codePoint) {
        return Character.isLetterOrDigit(codePoint)
                || codePoint == '_'
                || Character.getType(codePoint) == Character.LETTER_NUMBER
                || Character.getType(codePoint) == Character.OTHER_NUMBER;
    }
}
