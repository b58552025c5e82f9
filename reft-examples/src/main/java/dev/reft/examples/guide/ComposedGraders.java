package dev.reft.examples.guide;

import dev.reft.graders.Squad;
import dev.reft.graders.shaping.Fields;
import dev.reft.graders.shaping.FormatGrader;
import dev.reft.graders.shaping.FormatRule;
import dev.reft.graders.shaping.GatedGrader;
import dev.reft.graders.shaping.LengthGrader;
import dev.reft.graders.shaping.LengthRule;
import dev.reft.graders.shaping.LengthUnit;
import dev.reft.graders.shaping.WeightedGrader;
import dev.reft.graders.shaping.WeightedGrader.Part;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Graders made of graders. */
public final class ComposedGraders {
    private ComposedGraders() {}

    // region fill-in
    /**
     * Fill in the blanks: the share of blanks with an accepted word. An answer looks like {@code <answer>red; blue</answer>}.
     *
     * @param accepted the words that each blank accepts
     * @return the grader
     */
    public static Grader fillIn(List<List<String>> accepted) {
        return (prompt, completion) -> {
            Optional<String> answer = Fields.last(completion.text(), "answer");
            String[] words = answer.orElse("").split(";", -1);
            int right = 0;
            for (int i = 0; i < accepted.size() && words.length == accepted.size(); i++) {
                String word = words[i];
                right += accepted.get(i).stream().anyMatch(a -> Squad.matches(word, a)) ? 1 : 0;
            }
            return Grade.of((double) right / accepted.size());
        };
    }
    // endregion

    // region puzzle
    /**
     * A logic puzzle: an assignment such as {@code <answer>Ann=1, Bob=2</answer>} is checked against clues, not against a solution. It must
     * think first (a gate), all clues count, and the length is only looked at (weight 0).
     *
     * @param names who is assigned
     * @param clues each true or false of an assignment
     * @return the grader
     */
    public static Grader puzzle(List<String> names, List<Predicate<Map<String, Integer>>> clues) {
        Grader kept = (prompt, completion) -> {
            Optional<Map<String, Integer>> assignment =
                    Fields.last(completion.text(), "answer").flatMap(text -> read(names, text));
            long holding = assignment
                    .map(a -> clues.stream().filter(clue -> clue.test(a)).count())
                    .orElse(0L);
            return Grade.of((double) holding / clues.size());
        };
        return WeightedGrader.of(
                new Part("clues", new GatedGrader(new FormatGrader(FormatRule.THINK), 1, kept, 0), 1),
                new Part("overlong", new LengthGrader(LengthRule.softOverlong(500, 100), LengthUnit.WORDS), 0));
    }

    /** An assignment of different numbers to all names; empty if the text is none. */
    private static Optional<Map<String, Integer>> read(List<String> names, String text) {
        Map<String, Integer> assignment = new HashMap<>();
        for (String pair : text.split(",", -1)) {
            String[] sides = pair.strip().split("=", -1);
            if (sides.length != 2 || !sides[1].matches("[0-9]{1,4}") || !names.contains(sides[0])) {
                return Optional.empty();
            }
            assignment.put(sides[0], Integer.valueOf(sides[1]));
        }
        boolean whole = assignment.size() == names.size()
                && assignment.values().stream().distinct().count() == names.size();
        return whole ? Optional.of(assignment) : Optional.empty();
    }
    // endregion
}
