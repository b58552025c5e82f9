package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.GroupGrader;
import dev.reft.grading.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Ranks a group by asking a judge about every two of its answers, in both orders, because judges favour a position (arXiv 2306.05685).
 *
 * <p>An answer wins a comparison if it has the greater score in both orders; everything else is a tie, which is half a win for each. A
 * grade is the share of wins among an answer's comparisons, in [0, 1]: so of two answers on which the orders disagree both get 0.5, and no
 * pair is made of them. Its parts hold {@code swapped}, the share of comparisons in which the orders contradicted each other. n answers
 * cost n (n - 1) judgements.
 */
public final class PairwiseJudge implements GroupGrader {
    private final GroupGrader judge;

    /**
     * A judge of groups over one of pairs.
     *
     * @param judge scores the two answers of a group of two, thread-safe
     */
    public PairwiseJudge(GroupGrader judge) {
        this.judge = judge;
    }

    @Override
    public List<Grade> grade(Prompt prompt, List<Completion> group) throws Exception {
        int n = group.size();
        double[] wins = new double[n];
        int[] judged = new int[n];
        int[] swapped = new int[n];
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                Deadline.current().check();
                double forward = verdict(prompt, group.get(i), group.get(j));
                double backward = -verdict(prompt, group.get(j), group.get(i));
                if (Double.isNaN(forward) || Double.isNaN(backward)) {
                    continue;
                }
                boolean agree = forward == backward;
                double win = agree ? forward : 0;
                wins[i] += (1 + win) / 2;
                wins[j] += (1 - win) / 2;
                for (int k : new int[] {i, j}) {
                    judged[k]++;
                    swapped[k] += forward * backward < 0 ? 1 : 0;
                }
            }
        }
        List<Grade> grades = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            grades.add(
                    judged[i] == 0
                            ? Grade.none("it was compared with no other answer")
                            : new Grade.Score(
                                    wins[i] / judged[i],
                                    Map.of("swapped", (double) swapped[i] / judged[i]),
                                    List.of(),
                                    "",
                                    ""));
        }
        return grades;
    }

    /** 1 if the first is better, -1 if the second is, 0 for neither; NaN if the judge has no score for one of them. */
    private double verdict(Prompt prompt, Completion first, Completion second) throws Exception {
        List<Grade> grades = judge.grade(prompt, List.of(first, second));
        if (grades.size() != 2) {
            throw new IllegalStateException(
                    "prompt '" + prompt.id() + "': the judge gave " + grades.size() + " grades for two answers");
        }
        return grades.get(0) instanceof Grade.Score a && grades.get(1) instanceof Grade.Score b
                ? Math.signum(a.value() - b.value())
                : Double.NaN;
    }
}
