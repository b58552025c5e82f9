package dev.reft.graders.maths;

import dev.reft.graders.AnswerRule;
import dev.reft.graders.PythonText;
import dev.reft.graders.Verdict;
import java.util.List;

/**
 * Compares what follows a completion's thought with the reference, as TRL's {@code reasoning_accuracy_reward} does: an answer within the
 * thought does not count, and a thought that is not closed states no answer, whatever the reference. A reference in plain words, which
 * TRL's parser cannot read, says nothing about the completion.
 *
 * @param rule compares the answer that follows the thought
 * @param closing texts that close a thought, the first that a completion has counts, at its last place; at least one, none empty
 */
public record ReasoningAccuracy(Equivalence rule, List<String> closing) implements AnswerRule {
    /** TRL's settings: boxed answers first, mathematics only, {@code </think>}. */
    public static final ReasoningAccuracy TRL = new ReasoningAccuracy(Equivalence.REWARD, List.of("</think>"));

    /**
     * Checks the texts.
     *
     * @throws IllegalArgumentException if there is none, or one is empty
     */
    public ReasoningAccuracy {
        closing = List.copyOf(closing);
        if (closing.isEmpty() || closing.contains("")) {
            throw new IllegalArgumentException("a thought is closed by one of " + closing);
        }
    }

    @Override
    public Verdict judge(String completion, String reference) {
        for (String close : closing) {
            if (completion.contains(close)) {
                return isWords(reference)
                        ? Verdict.badReference(
                                "the reference '" + PythonText.last(reference, 60) + "' holds no mathematics")
                        : rule.judge(PythonText.lastPart(completion, close), reference);
            }
        }
        return Verdict.unreadable("the thought is not closed by one of " + closing);
    }

    /** Whether a text has nothing but words: no digit, no sign, no LaTeX, and a word too long for a product of names. */
    private static boolean isWords(String text) {
        int run = 0;
        int longest = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = Character.isLetter(c);
            if (!letter && !PythonText.isSpace(c) && ".,;:!?'\"-()".indexOf(c) < 0) {
                return false;
            }
            run = letter ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
        return longest > 2;
    }
}
