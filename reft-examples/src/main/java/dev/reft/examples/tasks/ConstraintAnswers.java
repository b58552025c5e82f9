package dev.reft.examples.tasks;

import dev.reft.examples.generate.ConstrainedPrompt;
import dev.reft.examples.generate.Constraint;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Answers to generated prompts that keep a constraint, for the kinds that can be kept in words between single spaces. They are what
 * people in a hurry write: one sentence, and what is asked for.
 */
final class ConstraintAnswers {
    /** The kinds, by IFEval's ids. */
    static final List<String> KINDS = List.of(
            "detectable_content:postscript",
            "detectable_format:constrained_response",
            "detectable_format:title",
            "startend:end_checker",
            "startend:quotation",
            "change_case:english_capital",
            "change_case:english_lowercase");

    private static final List<String> SENTENCES = List.of(
            "Here is what I would write for you and the others .",
            "This is a short text that you can use today .",
            "I have written it for you in a few words .");

    private ConstraintAnswers() {}

    /** Whether a prompt has one constraint, of a kind that can be kept. */
    static boolean fits(ConstrainedPrompt prompt) {
        return prompt.constraints().size() == 1
                && KINDS.contains(prompt.constraints().get(0).name());
    }

    /** An answer that keeps a constraint of a kind. */
    static String keeping(Constraint constraint, Dice dice) {
        String sentence = dice.pick(SENTENCES);
        Map<String, Object> arguments = constraint.arguments();
        return switch (constraint.name()) {
            case "detectable_content:postscript" ->
                sentence + " " + arguments.getOrDefault("postscript_marker", "P.S.") + " Write soon";
            case "detectable_format:constrained_response" -> "My answer is yes.";
            case "detectable_format:title" -> "<<A title>> " + sentence;
            case "startend:end_checker" -> sentence + " " + arguments.getOrDefault("end_phrase", "I hope it helps.");
            case "startend:quotation" -> "\" " + sentence + " \"";
            case "change_case:english_capital" -> sentence.toUpperCase(Locale.ROOT);
            case "change_case:english_lowercase" -> sentence.toLowerCase(Locale.ROOT);
            default -> throw new IllegalArgumentException("no answer keeps " + constraint.name() + " here");
        };
    }

    /** An answer that keeps nothing. */
    static String plain(Dice dice) {
        return dice.pick(SENTENCES);
    }
}
