package dev.reft.graders.shaping;

import dev.reft.generation.Completion;
import dev.reft.grading.Credit;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GradingException;
import dev.reft.grading.Prompt;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/**
 * The weighted sum of graders. A part of weight 0 is a metric: it is among the parts of the score and changes nothing, not even if it fails.
 * A part that gives none is left out of the sum; if all that have weight do, the grade is none. What a failing part means is
 * {@link OnFailure}.
 *
 * @param parts at least one
 * @param onFailure what a failing part with weight means
 */
public record WeightedGrader(List<Part> parts, OnFailure onFailure) implements Grader {
    private static final System.Logger LOG = System.getLogger(WeightedGrader.class.getName());

    /** What a failing part means. The enum grows. */
    public enum OnFailure {
        /** The grading fails: a sum without a part is another reward. */
        FAIL,
        /** The part counts 0, as in verifiers' rubrics; there a broken judge lowers rewards. */
        COUNT_ZERO
    }

    /**
     * A part of the sum.
     *
     * @param name of the part in the score
     * @param grader grades it
     * @param weight finite; 0 for a metric
     */
    public record Part(String name, Grader grader, double weight) {
        /**
         * Checks the weight.
         *
         * @throws IllegalArgumentException if it is not finite, or the name blank
         */
        public Part {
            if (!Double.isFinite(weight) || name.isBlank()) {
                throw new IllegalArgumentException("weight " + weight + " of part '" + name + "'");
            }
        }
    }

    /**
     * Copies and checks the parts.
     *
     * @throws IllegalArgumentException if there is none, or a name comes twice
     */
    public WeightedGrader {
        parts = List.copyOf(parts);
        Set<String> names = new HashSet<>();
        parts.forEach(part -> names.add(part.name));
        if (parts.isEmpty() || names.size() < parts.size()) {
            throw new IllegalArgumentException("no parts, or two of one name: " + names);
        }
    }

    /**
     * A sum in which a failing part fails the grading.
     *
     * @param parts at least one
     * @return the grader
     */
    public static WeightedGrader of(Part... parts) {
        return new WeightedGrader(List.of(parts), OnFailure.FAIL);
    }

    /**
     * Grades with every part.
     *
     * @throws Exception what a part with weight throws, if failures fail the grading
     */
    @Override
    public Grade grade(Prompt prompt, Completion completion) throws Exception {
        Sum sum = new Sum();
        for (Part part : parts) {
            Grade grade;
            try {
                grade = part.grader.grade(prompt, completion);
            } catch (GradingException | InterruptedException e) {
                throw e;
            } catch (StackOverflowError | AssertionError | LinkageError e) {
                // Faults of the part's code, as the trainer has it; a metric must not cost samples.
                if (part.weight != 0 && onFailure == OnFailure.FAIL) {
                    throw e;
                }
                grade = new Grade.Failed(new IllegalStateException(e.toString(), e), 1);
            } catch (Exception e) {
                // A part's own time limit is its failure; the whole grading's is the sample's.
                if (e instanceof TimeoutException && Deadline.current().passed()) {
                    throw e;
                }
                if (part.weight != 0 && onFailure == OnFailure.FAIL) {
                    throw e;
                }
                grade = new Grade.Failed(e, 1);
            }
            if (grade instanceof Grade.Failed failed) {
                if (part.weight != 0 && onFailure == OnFailure.FAIL) {
                    return failed;
                }
                LOG.log(Level.WARNING, "part ''{0}'' failed: {1}", part.name, failed.cause());
                if (part.weight != 0) {
                    sum.add(part, (Grade.Score) Grade.of(0));
                }
            } else if (grade instanceof Grade.Score score) {
                sum.add(part, score);
            } else if (grade instanceof Grade.None none) {
                sum.why.add(part.name + ": " + none.why());
            }
        }
        return sum.grade();
    }

    /** The sum so far. */
    private static final class Sum {
        final List<String> why = new ArrayList<>();
        private final Map<String, Double> values = new LinkedHashMap<>();
        private final List<Credit> credits = new ArrayList<>();
        private String extracted = "";
        private boolean weighted;
        private double total;

        void add(Part part, Grade.Score score) {
            values.put(part.name, score.value());
            score.parts().forEach((name, value) -> values.put(part.name + "." + name, value));
            if (!score.explanation().isEmpty()) {
                why.add(part.name + ": " + score.explanation());
            }
            if (part.weight != 0) {
                weighted = true;
                total += part.weight * score.value();
                extracted = extracted.isEmpty() ? score.extracted() : extracted;
                score.credits().forEach(c -> credits.add(new Credit(c.token(), part.weight * c.reward())));
            }
        }

        Grade grade() {
            String all = String.join("; ", why);
            return weighted
                    ? new Grade.Score(total, values, credits, extracted, all)
                    : Grade.none(all.isEmpty() ? "no part with weight applies" : all);
        }
    }
}
