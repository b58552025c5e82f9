package dev.reft.graders.judges;

import dev.reft.graders.PythonCase;
import dev.reft.graders.PythonText;
import java.util.List;

/**
 * A criterion of a rubric.
 *
 * @param name names it among the rubric's
 * @param text what is asked, in plain words
 * @param weight its share; negative for what a response should not do, 0 for a metric that is only reported
 * @param choices the answers, from worst to best, at least two different ones: the first is 0, the last 1, the others evenly
 *     between
 */
public record Criterion(String name, String text, double weight, List<String> choices) {
    /**
     * Checks the criterion.
     *
     * @throws IllegalArgumentException if the name is blank, the weight not finite, or the choices too few or equal
     */
    public Criterion {
        choices = List.copyOf(choices);
        if (name.isBlank() || !Double.isFinite(weight)) {
            throw new IllegalArgumentException("criterion '" + name + "' of weight " + weight);
        }
        if (choices.size() < 2
                || choices.stream().map(Criterion::plain).distinct().count() < choices.size()) {
            throw new IllegalArgumentException("criterion '" + name + "' needs two different choices, has " + choices);
        }
    }

    /**
     * A question of yes or no.
     *
     * @param name names it among the rubric's
     * @param text what is asked
     * @param weight its share
     * @return the criterion
     */
    public static Criterion yesNo(String name, String text, double weight) {
        return new Criterion(name, text, weight, List.of("no", "yes"));
    }

    /**
     * A grade from 0 to 2, as open-instruct's rubric verifier asks for it.
     *
     * @param name names it among the rubric's
     * @param text what is asked
     * @param weight its share
     * @return the criterion
     */
    public static Criterion zeroToTwo(String name, String text, double weight) {
        return new Criterion(name, text, weight, List.of("0", "1", "2"));
    }

    /** The score of an answer in [0, 1], or NaN if it is none of the choices. */
    double score(String answer) {
        for (int i = 0; i < choices.size(); i++) {
            if (plain(choices.get(i)).equals(plain(answer))) {
                return (double) i / (choices.size() - 1);
            }
        }
        return Double.NaN;
    }

    private static String plain(String text) {
        return PythonCase.lower(PythonText.strip(text));
    }
}
