package dev.reft.graders.maths;

import dev.reft.graders.AnswerReader;
import dev.reft.graders.PythonCase;
import dev.reft.graders.PythonText;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds which of several words, such as the letters of a multiple-choice question, a completion names as its answer. A word stands
 * between white space or the text's ends and white space, a full stop, a comma or a colon; bold marks do not count. The best announced
 * one counts, of these the rightmost: after "final answer is", "answer:", "answer"; at the text's start; anywhere.
 *
 * @param words the words to look for, as they are written
 * @param lowerCase whether the answer is given in lower case
 */
public record ChoiceReader(List<String> words, boolean lowerCase) implements AnswerReader {
    private static final int START = 250;

    /**
     * Checks the words.
     *
     * @throws IllegalArgumentException if there are none or one is empty
     */
    public ChoiceReader {
        words = List.copyOf(words);
        if (words.isEmpty() || words.contains("")) {
            throw new IllegalArgumentException("the words " + words + " must not be empty");
        }
    }

    @Override
    public Optional<String> read(String completion) {
        String text = completion.substring(Math.max(0, completion.length() - Extraction.LONGEST));
        Anchors anchors = new Anchors(text);
        String best = null;
        int least = Integer.MAX_VALUE;
        int previous = -1;
        for (int at = 0; at < text.length(); at++) {
            String word = wordAt(text, at);
            if (word == null) {
                continue;
            }
            int announced = anchors.priority(at, at + word.length(), previous);
            boolean starts = at == 0 || (at == 2 && text.startsWith("**"));
            int priority = starts ? Math.min(announced, START) : announced;
            if (priority <= least) {
                least = priority;
                best = word;
            }
            previous = at;
        }
        return Optional.ofNullable(best).map(word -> lowerCase ? PythonCase.lower(word) : word);
    }

    private @Nullable String wordAt(String text, int at) {
        int before = text.startsWith("**", at - 2) ? at - 2 : at;
        if (before > 0 && !PythonText.isSpace(text.charAt(before - 1))) {
            return null;
        }
        for (String word : words) {
            if (text.startsWith(word, at)) {
                int end = at + word.length();
                end = text.startsWith("**", end) ? end + 2 : end;
                if (end >= text.length()
                        || ".,:".indexOf(text.charAt(end)) >= 0
                        || PythonText.isSpace(text.charAt(end))) {
                    return word;
                }
            }
        }
        return null;
    }
}
