package dev.reft.graders.structured;

import dev.reft.graders.PythonCase;
import dev.reft.graders.PythonText;
import dev.reft.graders.Tolerance;
import dev.reft.graders.similarity.SimilarityMetric;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Compares a value of an answer's JSON with the reference's. Values are Map, List, String, BigDecimal, Boolean, or null, which also stands for
 * a field that is not there. Called from several threads at once.
 */
@FunctionalInterface
public interface FieldGrader {
    /** The same JSON value: numbers as numbers (1 and 1.0 are equal), texts exactly, lists in order. */
    FieldGrader EXACT = (actual, expected) -> JsonValues.same(actual, expected) ? 1 : 0;

    /** Texts (and truth values and numbers as texts) apart from case, white space at the ends and runs of it within. */
    FieldGrader TEXT = (actual, expected) -> {
        String first = JsonValues.text(actual);
        String second = JsonValues.text(expected);
        return first != null && second != null && plain(first).equals(plain(second)) ? 1 : 0;
    };

    /**
     * What suits the reference's value if nothing else was said: {@link #TEXT} for texts, {@link ListGrader} with F1 for lists, the mean
     * over the reference's fields for objects, {@link #EXACT} for the rest.
     */
    FieldGrader INFERRED = new InferredGrader();

    /**
     * How well the value agrees.
     *
     * @param actual the answer's value
     * @param expected the reference's value
     * @return from 0 to 1
     * @throws Exception if that cannot be known at the moment
     */
    double score(@Nullable Object actual, @Nullable Object expected) throws Exception;

    /**
     * Numbers within a tolerance; a text that is a number counts as one.
     *
     * @param tolerance how far the answer may be off
     * @return the grader
     */
    static FieldGrader number(Tolerance tolerance) {
        return (actual, expected) -> {
            BigDecimal first = JsonValues.number(actual);
            BigDecimal second = JsonValues.number(expected);
            return first != null && second != null && tolerance.admits(first.doubleValue(), second.doubleValue())
                    ? 1
                    : 0;
        };
    }

    /**
     * Similarity of texts, below 0 as 0 and above 1 as 1.
     *
     * @param metric such as {@code SimilarityMetric.named("fuzzy_match")}
     * @return the grader
     */
    static FieldGrader similarity(SimilarityMetric metric) {
        return (actual, expected) -> {
            String first = JsonValues.text(actual);
            String second = JsonValues.text(expected);
            return first == null || second == null
                    ? 0
                    : Math.max(0, Math.min(1, metric.score(JsonValues.head(first), JsonValues.head(second))));
        };
    }

    /**
     * Lists of texts compared without order by F1.
     *
     * @param element compares elements
     * @return the grader
     */
    static FieldGrader listF1(FieldGrader element) {
        return new ListGrader(element, ListGrader.Measure.F1);
    }

    private static String plain(String text) {
        return PythonCase.lower(String.join(" ", PythonText.split(text)));
    }
}
