package dev.reft.ppo;

import dev.reft.grading.Grade;
import java.util.List;

/**
 * Rollouts and what the grader said of them.
 *
 * @param rollouts what was sampled
 * @param grades one a completion: [group][sample]
 */
public record GradedRollouts(Rollouts rollouts, List<List<Grade>> grades) {
    /**
     * Checks the shape.
     *
     * @throws IllegalArgumentException if a group has not one grade a completion
     */
    public GradedRollouts {
        grades = grades.stream().map(List::copyOf).toList();
        if (grades.size() != rollouts.groups().size()) {
            throw new IllegalArgumentException(
                    grades.size() + " groups of grades for " + rollouts.groups().size() + " groups of completions");
        }
        for (int g = 0; g < grades.size(); g++) {
            Rollouts.Group group = rollouts.groups().get(g);
            if (grades.get(g).size() != group.completions().size()) {
                throw new IllegalArgumentException("prompt '" + group.prompt().id() + "' has "
                        + grades.get(g).size() + " grades for "
                        + group.completions().size() + " completions");
            }
        }
    }

    /**
     * All grades in the order of rows: (prompt, sample).
     *
     * @return a new list
     */
    public List<Grade> flat() {
        return grades.stream().flatMap(List::stream).toList();
    }
}
