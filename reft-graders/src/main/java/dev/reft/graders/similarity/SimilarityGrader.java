package dev.reft.graders.similarity;

import dev.reft.generation.Completion;
import dev.reft.graders.AnswerReader;
import dev.reft.graders.InTime;
import dev.reft.graders.References;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Scores an answer by its similarity to the reference; of several accepted answers the best counts.
 *
 * @param metric how texts are compared
 * @param reader finds the part that is compared; a completion without one scores 0
 * @param passThreshold from which score on the part {@code passed} is 1; it never changes the score
 */
public record SimilarityGrader(SimilarityMetric metric, AnswerReader reader, double passThreshold) implements Grader {
    /**
     * Code points of completion and reference that are looked at: a longer text's head is compared, and gives a score as any other. The
     * published metrics take less than about 0.1 s for two such texts on an idle core; {@code fuzzy_match} by {@link FuzzyMatch#WORK}.
     */
    public static final int LONGEST = 10_000;

    /**
     * Checks the threshold.
     *
     * @throws IllegalArgumentException if it is not finite
     */
    public SimilarityGrader {
        if (!Double.isFinite(passThreshold)) {
            throw new IllegalArgumentException("pass threshold " + passThreshold);
        }
    }

    /**
     * Compares whole completions; {@code passed} from 0.5 on.
     *
     * @param metric how texts are compared
     * @return the grader
     */
    public static SimilarityGrader of(SimilarityMetric metric) {
        return new SimilarityGrader(metric, AnswerReader.WHOLE, 0.5);
    }

    @Override
    public Grade grade(Prompt prompt, Completion completion) throws Exception {
        Optional<String> answer =
                InTime.get(() -> reader.read(completion.text())).map(SimilarityGrader::head);
        if (answer.isEmpty()) {
            return score(0, "", "the completion states no answer");
        }
        double best = Double.NEGATIVE_INFINITY;
        String nearest = "";
        for (String reference : References.of(prompt)) {
            Deadline.current().check();
            double value = reference.isBlank() ? Double.NEGATIVE_INFINITY : metric.score(answer.get(), head(reference));
            if (value > best) {
                best = value;
                nearest = reference;
            }
        }
        if (best == Double.NEGATIVE_INFINITY) {
            return Grade.none("prompt '" + prompt.id() + "': no reference, or only blank ones");
        }
        return score(best, answer.get(), "similarity " + best + " to '" + nearest + "'");
    }

    private Grade score(double value, String extracted, String why) {
        return new Grade.Score(value, Map.of("passed", value >= passThreshold ? 1.0 : 0.0), List.of(), extracted, why);
    }

    private static String head(String text) {
        return text.length() <= LONGEST || text.codePointCount(0, text.length()) <= LONGEST
                ? text
                : text.substring(0, text.offsetByCodePoints(0, LONGEST));
    }
}
