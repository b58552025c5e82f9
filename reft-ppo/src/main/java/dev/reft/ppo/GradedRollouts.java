package dev.reft.ppo;

import dev.reft.grading.Grade;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

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

    /**
     * These and others of the same step together, these first.
     *
     * @param more other prompts of the step
     * @return both
     * @throws IllegalArgumentException if the steps differ or a prompt is in both
     */
    public GradedRollouts plus(GradedRollouts more) {
        if (more.rollouts().step() != rollouts.step()) {
            throw new IllegalArgumentException("rollouts of step " + rollouts.step() + " and of step "
                    + more.rollouts().step() + " do not go together");
        }
        List<Rollouts.Group> groups = new ArrayList<>(rollouts.groups());
        groups.addAll(more.rollouts().groups());
        List<List<Grade>> all = new ArrayList<>(grades);
        all.addAll(more.grades());
        return new GradedRollouts(new Rollouts(rollouts.step(), groups), all);
    }

    /**
     * Some of the groups, in their order.
     *
     * @param wanted whether the group at an index is wanted, from 0
     * @return those groups with their grades
     */
    public GradedRollouts select(IntPredicate wanted) {
        List<Rollouts.Group> groups = new ArrayList<>();
        List<List<Grade>> chosen = new ArrayList<>();
        for (int g = 0; g < grades.size(); g++) {
            if (wanted.test(g)) {
                groups.add(rollouts.groups().get(g));
                chosen.add(grades.get(g));
            }
        }
        return new GradedRollouts(new Rollouts(rollouts.step(), groups), chosen);
    }
}
