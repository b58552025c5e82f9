package dev.reft.graders;

import java.util.Comparator;
import java.util.List;

/** Judges an answer by its text alone: a pure function, called from several threads at once. */
@FunctionalInterface
public interface AnswerRule {
    /**
     * Judges a completion.
     *
     * @param completion the completion's text, without the prompt
     * @param reference the right answer as the data set gives it
     * @return what was found
     * @throws java.util.concurrent.CancellationException if the grading's deadline passes; {@link AnswerScores#judged} makes it a time-out
     */
    Verdict judge(String completion, String reference);

    /**
     * Judges a completion where several answers are accepted: the best verdict counts.
     *
     * @param completion the completion's text, without the prompt
     * @param references accepted answers, at least one
     * @return what was found with the reference that it fits best; a useless reference counts only if all are
     * @throws IllegalArgumentException if there are no references
     * @throws java.util.concurrent.CancellationException if the grading's deadline passes
     */
    default Verdict judgeAny(String completion, List<String> references) {
        return references.stream()
                .map(reference -> {
                    InTime.poll();
                    return judge(completion, reference);
                })
                .min(Comparator.comparing(Verdict::kind))
                .orElseThrow(() -> new IllegalArgumentException("no references"));
    }
}
