package dev.reft.ppo.data;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.ppo.GradedRollouts;
import dev.reft.ppo.Rollouts;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What each set of a mixture got, a pure function to add to a step's metrics. */
public final class SetRewards {
    private SetRewards() {}

    /**
     * Measures each set's completions: {@code set/NAME/reward} (mean score, absent without any), {@code set/NAME/rows} (completions),
     * {@code set/NAME/dropped} (those without a score) and {@code set/NAME/length} (mean tokens). Prompts of no set count for
     * {@code set/-}.
     *
     * @param graded the completions of a step with their grades
     * @return name to number
     */
    public static Map<String, Double> of(GradedRollouts graded) {
        Map<String, Tally> sets = new TreeMap<>();
        for (int g = 0; g < graded.grades().size(); g++) {
            Rollouts.Group group = graded.rollouts().groups().get(g);
            String set = String.valueOf(group.prompt().attributes().getOrDefault(Mixture.SET, "-"));
            sets.computeIfAbsent(set, name -> new Tally())
                    .add(group.completions(), graded.grades().get(g));
        }
        Map<String, Double> measures = new TreeMap<>();
        sets.forEach((set, tally) -> tally.write("set/" + set + "/", measures));
        return measures;
    }

    private static final class Tally {
        private double score;
        private int scored;
        private int rows;
        private long tokens;

        void add(List<Completion> completions, List<Grade> grades) {
            for (int s = 0; s < grades.size(); s++) {
                rows++;
                tokens += completions.get(s).tokens().length;
                if (grades.get(s) instanceof Grade.Score known) {
                    score += known.value();
                    scored++;
                }
            }
        }

        void write(String prefix, Map<String, Double> measures) {
            measures.put(prefix + "rows", (double) rows);
            measures.put(prefix + "dropped", (double) (rows - scored));
            if (scored > 0) {
                measures.put(prefix + "reward", score / scored);
            }
            if (rows > 0) {
                measures.put(prefix + "length", (double) tokens / rows);
            }
        }
    }
}
