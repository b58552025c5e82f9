package dev.reft.examples.data;

import java.util.List;

/**
 * A question with choices, of which one is right.
 *
 * @param id names it within its data set; not blank
 * @param question the text to answer, without the choices; not blank
 * @param options the choices' texts without their letters, two or more and at most 26; none blank
 * @param correct the right choice's letter, from a
 * @param rationale why it is right, or "" if that is not known
 */
public record ChoiceProblem(String id, String question, List<String> options, char correct, String rationale) {
    /**
     * Checks the texts.
     *
     * @throws IllegalArgumentException if one is blank, there are too few or too many choices, or the right one is not among them
     */
    public ChoiceProblem {
        options = List.copyOf(options);
        if (id.isBlank() || question.isBlank() || options.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException(
                    "problem '" + id + "' has question '" + question + "' and choices " + options);
        }
        if (options.size() < 2 || options.size() > 26) {
            throw new IllegalArgumentException("problem '" + id + "' has " + options.size() + " choices");
        }
        if (correct < 'a' || correct >= 'a' + options.size()) {
            throw new IllegalArgumentException(
                    "problem '" + id + "' has " + options.size() + " choices, of which '" + correct + "' is none");
        }
    }

    /**
     * The text of the right choice.
     *
     * @return without its letter
     */
    public String correctText() {
        return options.get(correct - 'a');
    }

    /**
     * The same as a problem whose answer is the letter, as ReFT's data has it: the choices stand on a line below the question,
     * {@code a ) 38 , b ) 27.675}.
     *
     * @param kind what kind of problem it is, for accuracies by kind
     * @return the problem; its chain of thought is the rationale
     */
    public Problem problem(String kind) {
        StringBuilder text = new StringBuilder(question).append('\n');
        for (int i = 0; i < options.size(); i++) {
            text.append(i == 0 ? "" : " , ")
                    .append((char) ('a' + i))
                    .append(" ) ")
                    .append(options.get(i));
        }
        return new Problem(id, kind, text.toString(), rationale, String.valueOf(correct));
    }
}
