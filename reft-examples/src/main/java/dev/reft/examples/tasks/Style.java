package dev.reft.examples.tasks;

import dev.reft.examples.data.Problem;
import java.util.Locale;
import java.util.regex.Pattern;

/** How an answer to a word problem is to be written. A program can check each. */
enum Style {
    /** The answer only, without a step. */
    SHORT,
    /** At least one step before the answer. */
    STEPS,
    /** The answer said twice at the end, the same both times. */
    TWICE,
    /** The name of the question's first person, then a colon, before all else. */
    NAMED;

    /** The longest answer that is read, in chars; longer ones keep no style. */
    static final int LONGEST = 2000;

    private static final Pattern ONLY = Pattern.compile("answer \\d{1,4}");
    private static final Pattern STEP = Pattern.compile("\\d{1,4} [-+*] \\d{1,4} = \\d{1,4}");
    private static final Pattern SAID_TWICE = Pattern.compile("answer (\\d{1,4}) answer \\1$");

    /** The word that asks for it, before the question. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The question, with its style asked for. */
    String ask(String question) {
        return word() + " : " + question;
    }

    /** An answer in this style. */
    String target(Problem problem) {
        String answer = "answer " + problem.answer();
        return switch (this) {
            case SHORT -> answer;
            case STEPS -> problem.chain() + " " + answer;
            case TWICE -> problem.chain() + " " + answer + " " + answer;
            case NAMED -> person(problem.question()) + " : " + problem.chain() + " " + answer;
        };
    }

    /**
     * Whether an answer keeps the style.
     *
     * @param question without the style's word
     * @param text of the answer
     */
    boolean kept(String question, String text) {
        String read = text.strip();
        if (read.length() > LONGEST) {
            return false;
        }
        return switch (this) {
            case SHORT -> ONLY.matcher(read).matches();
            case STEPS -> STEP.matcher(read).find();
            case TWICE -> SAID_TWICE.matcher(read).find();
            case NAMED -> read.startsWith(person(question) + " : ");
        };
    }

    /** Every generated question begins with a name. */
    private static String person(String question) {
        int space = question.indexOf(' ');
        return space < 0 ? question : question.substring(0, space);
    }
}
