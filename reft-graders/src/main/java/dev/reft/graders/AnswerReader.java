package dev.reft.graders;

import java.util.Optional;
import java.util.regex.Pattern;

/** Finds the part of a completion that states the answer: a pure function, linear in the length of the text. */
@FunctionalInterface
public interface AnswerReader {
    /** The whole completion is the answer. */
    AnswerReader WHOLE = Optional::of;

    /**
     * Finds the answer.
     *
     * @param completion the completion's text
     * @return the part that states the answer, white space included; empty if there is none
     * @throws java.util.concurrent.CancellationException if the grading's deadline passes
     */
    Optional<String> read(String completion);

    /**
     * What follows the last occurrence of a marker, to the end of its line.
     *
     * @param marker such as {@code "####"} or {@code "A:"}, compared exactly
     * @return the reader
     * @throws IllegalArgumentException if the marker is empty
     */
    static AnswerReader afterLast(String marker) {
        if (marker.isEmpty()) {
            throw new IllegalArgumentException("the marker of an answer is empty");
        }
        return completion -> {
            int at = completion.lastIndexOf(marker);
            return at < 0 ? Optional.empty() : Optional.of(firstLine(completion.substring(at + marker.length())));
        };
    }

    /**
     * What follows the last occurrence of a marker in upper or lower case, to the end of its line; a colon after it is skipped.
     *
     * @param marker such as {@code "the answer is"}
     * @return the reader
     * @throws IllegalArgumentException if the marker is blank
     */
    static AnswerReader stated(String marker) {
        if (marker.isBlank()) {
            throw new IllegalArgumentException("the marker '" + marker + "' of an answer is blank");
        }
        return completion -> {
            for (int at = completion.length() - marker.length(); at >= 0; at--) {
                if (completion.regionMatches(true, at, marker, 0, marker.length())) {
                    String rest = PythonText.strip(completion.substring(at + marker.length()));
                    String answer = rest.startsWith(":") ? PythonText.strip(rest.substring(1)) : rest;
                    int end = answer.indexOf('\n');
                    return Optional.of(end < 0 ? answer : answer.substring(0, end));
                }
            }
            return Optional.empty();
        };
    }

    /**
     * What an expression finds, safely: see {@link RegexReader}.
     *
     * @param expression a regular expression; its first group is the answer, or the whole match if it has none
     * @return the reader of the last match
     * @throws java.util.regex.PatternSyntaxException if it is no expression
     */
    static AnswerReader lastMatch(String expression) {
        return new RegexReader(Pattern.compile(expression));
    }

    /** The line on which the answer stands: the first that is not blank, as an answer may start on the next line. */
    private static String firstLine(String text) {
        String answer = text.stripLeading();
        int end = answer.indexOf('\n');
        return end < 0 ? answer : answer.substring(0, end);
    }
}
