package dev.reft.graders.shaping;

import dev.reft.generation.Completion;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GroupGrader;
import dev.reft.grading.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Kimi 1.5's length reward within a group: {@code 0.5 - (length - shortest) / (longest - shortest)}, at most 0 for wrong answers, 0 for
 * all if all are of one length. None and failures pass as they are, and their lengths do not count: a completion that cannot be graded is
 * dropped alone.
 *
 * @param correctness tells right from wrong
 * @param rightFrom from which score on an answer is right
 * @param unit what length is counted in
 */
public record GroupLengthGrader(Grader correctness, double rightFrom, LengthUnit unit) implements GroupGrader {
    /**
     * The rewards of a group.
     *
     * @param lengths of its completions
     * @param right whether each is right; as many
     * @return from -0.5 to 0.5
     * @throws IllegalArgumentException if there are not as many of both
     */
    public static double[] scores(int[] lengths, boolean[] right) {
        if (lengths.length != right.length) {
            throw new IllegalArgumentException(lengths.length + " lengths, " + right.length + " verdicts");
        }
        int shortest = Integer.MAX_VALUE;
        int longest = Integer.MIN_VALUE;
        for (int length : lengths) {
            shortest = Math.min(shortest, length);
            longest = Math.max(longest, length);
        }
        double[] out = new double[lengths.length];
        for (int i = 0; i < out.length && longest > shortest; i++) {
            double value = 0.5 - (double) (lengths[i] - shortest) / (longest - shortest);
            out[i] = right[i] ? value : Math.min(0, value);
        }
        return out;
    }

    @Override
    public List<Grade> grade(Prompt prompt, List<Completion> group) throws Exception {
        List<Grade> grades = new ArrayList<>(GroupGrader.ofEach(correctness).grade(prompt, group));
        List<Integer> scored = new ArrayList<>();
        for (int i = 0; i < grades.size(); i++) {
            if (grades.get(i) instanceof Grade.Score) {
                scored.add(i);
            }
        }
        int[] lengths = new int[scored.size()];
        boolean[] right = new boolean[lengths.length];
        for (int i = 0; i < right.length; i++) {
            Deadline.current().check();
            lengths[i] = unit.of(group.get(scored.get(i)));
            right[i] = ((Grade.Score) grades.get(scored.get(i))).value() >= rightFrom;
        }
        double[] scores = scores(lengths, right);
        for (int i = 0; i < scores.length; i++) {
            Grade.Score score = (Grade.Score) grades.get(scored.get(i));
            grades.set(
                    scored.get(i),
                    new Grade.Score(
                            scores[i],
                            Map.of("correctness", score.value(), "length", (double) lengths[i]),
                            score.credits(),
                            score.extracted(),
                            score.explanation()));
        }
        return grades;
    }
}
