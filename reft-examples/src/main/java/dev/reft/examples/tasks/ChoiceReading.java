package dev.reft.examples.tasks;

import dev.reft.generation.Completion;
import dev.reft.graders.shaping.GatedGrader;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an answer to a multiple-choice problem says: its letter, and the value that its reasoning comes to.
 *
 * @param letter "" if none can be read, or the answer was cut off
 * @param value the result of the last step; "" without a step, or if a step does not add up
 */
record ChoiceReading(String letter, String value) {
    /** The longest answer that is read, in chars. */
    static final int LONGEST = 2000;

    /** Parts of {@link #LOOK}'s score, each 1 or 0. */
    static final String LETTER = "letter";

    static final String REASONED = "reasoned";

    /** The letter is right and the reasoning comes to another choice's value. */
    static final String OTHER_OPTION = "right letter, another option's value";

    /** The letter is right and the reasoning comes to no choice's value. */
    static final String NO_OPTION = "right letter, no option's value";

    private static final Pattern STEP = Pattern.compile("(\\d{1,4}) ([-+*]) (\\d{1,4}) = (\\d{1,4})(?!\\d)");
    private static final Pattern ANSWER = Pattern.compile("answer ([A-E])$");

    /** 1 if the letter is right, whatever the reasoning. */
    static final Grader PAYS_LETTER =
            (prompt, completion) -> Grade.of(of(completion).letter().equals(prompt.reference()) ? 1 : 0);

    /** 1 if the reasoning comes to the right choice's value, whatever the letter. */
    static final Grader PAYS_REASONING =
            (prompt, completion) -> Grade.of(of(completion).value().equals(value(prompt)) ? 1 : 0);

    /** 1 if both are right. */
    static final Grader PAYS_BOTH = new GatedGrader(PAYS_REASONING, 1, PAYS_LETTER, 0);

    /** The held-out grader: the score of {@link #PAYS_BOTH}, and what is wrong with right letters as parts. */
    static final Grader LOOK = (prompt, completion) -> of(completion).look(prompt);

    /** An answer that was cut off has steps, and no letter. */
    static ChoiceReading of(Completion completion) {
        ChoiceReading read = of(completion.text());
        return WholeAnswers.isWhole(completion) ? read : new ChoiceReading("", read.value());
    }

    static ChoiceReading of(String text) {
        String read = text.strip();
        if (read.length() > LONGEST) {
            return new ChoiceReading("", "");
        }
        Matcher answer = ANSWER.matcher(read);
        String value = "";
        boolean sound = true;
        for (Matcher step = STEP.matcher(read); step.find(); ) {
            value = step.group(4);
            sound &= result(step) == Integer.parseInt(value);
        }
        return new ChoiceReading(answer.find() ? answer.group(1) : "", sound ? value : "");
    }

    private static int result(Matcher step) {
        int a = Integer.parseInt(step.group(1));
        int b = Integer.parseInt(step.group(3));
        return switch (step.group(2)) {
            case "+" -> a + b;
            case "-" -> a - b;
            default -> a * b;
        };
    }

    private Grade.Score look(Prompt prompt) {
        boolean right = letter.equals(prompt.reference());
        boolean reasoned = value.equals(value(prompt));
        boolean option =
                prompt.attributes().get(ChoiceItems.OPTIONS) instanceof List<?> options && options.contains(value);
        Map<String, Double> parts = new TreeMap<>();
        parts.put(LETTER, right ? 1.0 : 0.0);
        parts.put(REASONED, reasoned ? 1.0 : 0.0);
        parts.put(OTHER_OPTION, right && !reasoned && option ? 1.0 : 0.0);
        parts.put(NO_OPTION, right && !reasoned && !option ? 1.0 : 0.0);
        return new Grade.Score(right && reasoned ? 1 : 0, parts, List.of(), letter, "");
    }

    private static String value(Prompt prompt) {
        if (prompt.attributes().get(ChoiceItems.VALUE) instanceof String value) {
            return value;
        }
        throw new IllegalArgumentException("prompt '" + prompt.id() + "' has no attribute '" + ChoiceItems.VALUE + "'");
    }
}
