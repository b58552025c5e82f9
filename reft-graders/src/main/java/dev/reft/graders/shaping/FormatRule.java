package dev.reft.graders.shaping;

import dev.reft.graders.PythonText;
import java.util.regex.Matcher;

/** Published rules for the form of an answer: a pure function of its text. */
@FunctionalInterface
public interface FormatRule {
    /** TRL: the text starts with {@code <think>}, has no other, and closes it. An empty thought passes. */
    FormatRule THINK = text ->
            truth(text.startsWith(Tags.THINK) && text.indexOf(Tags.THINK, 1) < 0 && text.contains(Tags.END_THINK));

    /** verifiers: one {@code <think>} at the start, one {@code </think>}, and something after it; white space at the ends aside. */
    FormatRule THINK_THEN_ANSWER = text -> truth(PythonText.strip(text).startsWith(Tags.THINK)
            && PythonText.count(text, Tags.THINK) == 1
            && PythonText.count(text, Tags.END_THINK) == 1
            && !text.endsWith(Tags.END_THINK));

    /** open-r1: {@code <think>}, a line feed, the thought, and so on: each of the four tags on a line of its own. */
    FormatRule THINK_AND_ANSWER_LINES =
            text -> truth(Tags.answerStart(text) >= 0 && Tags.answerEnds(text, Tags.answerStart(text)));

    /** open-instruct, softer: {@code </think>}, white space, {@code <answer>}, and {@code </answer>} later on. */
    FormatRule SOFT_THINK_AND_ANSWER = text -> {
        for (int at = text.indexOf(Tags.END_THINK); at >= 0; at = text.indexOf(Tags.END_THINK, at + 1)) {
            int answer = at + Tags.END_THINK.length();
            while (answer < text.length() && PythonText.isSpace(text.charAt(answer))) {
                answer++;
            }
            if (text.startsWith(Tags.ANSWER, answer)) {
                return truth(text.indexOf(Tags.END_ANSWER, answer + Tags.ANSWER.length()) >= 0);
            }
        }
        return 0;
    };

    /** open-r1: a quarter for each of the four tags that comes exactly once, with the line feeds around it. */
    FormatRule TAG_COUNT = text -> 0.25
            * (truth(PythonText.count(text, Tags.THINK + "\n") == 1)
                    + truth(PythonText.count(text, "\n" + Tags.END_THINK + "\n") == 1)
                    + truth(PythonText.count(text, "\n" + Tags.ANSWER + "\n") == 1)
                    + truth(PythonText.count(text, "\n" + Tags.END_ANSWER) == 1));

    /** open-r1: a third for each mark of a step ("Step 1:", "1." at the start, bullets, "First," ...), 1 from three on. */
    FormatRule REASONING_STEPS = text -> {
        Matcher matcher = Tags.STEP.matcher(text);
        int steps = 0;
        while (steps < 3 && matcher.find()) {
            steps++;
        }
        return steps / 3.0;
    };

    /**
     * How far a text keeps the rule.
     *
     * @param text any text
     * @return from 0 to 1
     */
    double score(String text);

    /**
     * open-r1: {@link #THINK_AND_ANSWER_LINES} with a fenced block of a language in the answer.
     *
     * @param language such as {@code "python"}, as it stands after the fence
     * @return the rule
     * @throws IllegalArgumentException if the language is blank
     */
    static FormatRule code(String language) {
        if (language.isBlank()) {
            throw new IllegalArgumentException("language '" + language + "' of a code block is blank");
        }
        String open = "```" + language;
        return text -> {
            int answer = Tags.answerStart(text);
            int block = answer < 0 ? -1 : text.indexOf(open, answer);
            int end = block < 0 ? -1 : text.indexOf("```", block + open.length());
            return truth(end >= 0 && Tags.answerEnds(text, end + 3));
        };
    }

    private static double truth(boolean holds) {
        return holds ? 1 : 0;
    }
}
