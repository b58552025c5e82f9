package dev.reft.graders;

import java.util.Optional;

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

    /** The line on which the answer stands: the first that is not blank, as an answer may start on the next line. */
    private static String firstLine(String text) {
        String answer = text.stripLeading();
        int end = answer.indexOf('\n');
        return end < 0 ? answer : answer.substring(0, end);
    }
}
