package dev.reft.graders;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The majority vote of the published ReFT code (sampling.py): the most frequent answer, the first of them on a tie. */
public final class ReftVote {
    private ReftVote() {}

    /**
     * Counts answers.
     *
     * @param data the data set; in multiple choice only answers of one character count
     * @param answers {@link Verdict#extracted}, or {@link dev.reft.grading.Grade.Score#extracted}, of each sample;
     *     empty ones do not count
     * @return the winner; empty if no answer counts
     */
    public static Optional<String> of(ReftData data, List<String> answers) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (String answer : answers) {
            if (!answer.isEmpty() && (!data.isChoice() || answer.codePointCount(0, answer.length()) == 1)) {
                counts.merge(answer, 1, Integer::sum);
            }
        }
        String winner = null;
        int most = 0;
        for (Map.Entry<String, Integer> entry : counts.entrySet()) {
            if (entry.getValue() > most) {
                most = entry.getValue();
                winner = entry.getKey();
            }
        }
        return Optional.ofNullable(winner);
    }
}
