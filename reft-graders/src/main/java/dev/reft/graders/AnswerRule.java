package dev.reft.graders;

/** Judges an answer by its text alone: a pure function, called from several threads at once. */
@FunctionalInterface
public interface AnswerRule {
    /**
     * Judges a completion.
     *
     * @param completion the completion's text, without the prompt
     * @param reference the right answer as the data set gives it
     * @return what was found
     */
    Verdict judge(String completion, String reference);
}
