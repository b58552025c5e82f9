package dev.reft.examples.data;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an imagined customer likes of an answer to a word problem, and never tells in numbers: that it is right, that each
 * step adds up, and that the answer follows from the last step. RLHF and RLAIF see it through noisy choices and labels only; reports
 * measure by it.
 *
 * <p>The score is 0.6 right + 0.2 sound + 0.2 consistent, in [0, 1]. Sound is the share of the steps {@code a + b = c} that are
 * true, 0 without a step; consistent is 1 if the answer is the result of the last step.
 */
public final class WorkedAnswer implements Grader {
    private static final Pattern STEP = Pattern.compile("(\\d{1,4}) ([-+*]) (\\d{1,4}) = (\\d{1,4})");
    private static final Pattern ANSWER = Pattern.compile("answer (\\d{1,4})$");
    private static final int LONGEST = 2000;

    @Override
    public Grade grade(Prompt prompt, Completion completion) {
        return score(completion.text(), prompt.reference(), completion.finish() != Finish.LENGTH);
    }

    /**
     * The score of an answer that may have been cut off: then it has steps, and no answer.
     *
     * @param text an answer
     * @param reference the right number
     * @param ended whether it ended by itself
     * @return the score with its parts
     */
    public static Grade.Score score(String text, String reference, boolean ended) {
        Grade.Score whole = score(text, reference);
        if (ended) {
            return whole;
        }
        Map<String, Double> parts = new LinkedHashMap<>(whole.parts());
        parts.put("right", 0.0);
        parts.put("consistent", 0.0);
        return new Grade.Score(0.2 * parts.getOrDefault("sound", 0.0), parts, List.of(), "", "");
    }

    /**
     * The score of a text.
     *
     * @param text an answer; of a long one the first 2000 chars count
     * @param reference the right number
     * @return the score with its parts {@code right}, {@code sound} and {@code consistent}
     */
    public static Grade.Score score(String text, String reference) {
        String read = text.strip();
        read = read.substring(0, Math.min(LONGEST, read.length()));
        Matcher found = ANSWER.matcher(read);
        String answer = found.find() ? found.group(1) : "";
        int steps = 0;
        int sound = 0;
        String last = "";
        for (Matcher step = STEP.matcher(read); step.find(); ) {
            steps++;
            last = step.group(4);
            sound += result(step) == Integer.parseInt(last) ? 1 : 0;
        }
        Map<String, Double> parts = new LinkedHashMap<>();
        parts.put("right", answer.equals(reference.strip()) ? 1.0 : 0.0);
        parts.put("sound", steps == 0 ? 0 : (double) sound / steps);
        parts.put("consistent", !answer.isEmpty() && answer.equals(last) ? 1.0 : 0.0);
        double value = 0.6 * parts.getOrDefault("right", 0.0)
                + 0.2 * parts.getOrDefault("sound", 0.0)
                + 0.2 * parts.getOrDefault("consistent", 0.0);
        return new Grade.Score(value, parts, List.of(), answer, "");
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
}
