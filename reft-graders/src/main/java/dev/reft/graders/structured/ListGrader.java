package dev.reft.graders.structured;

import dev.reft.grading.Deadline;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compares lists without order: each element of the answer is paired with at most one of the reference, the best pairs first, and the pairs'
 * scores are added to matches. Two empty lists agree; a value that is no list agrees with nothing.
 *
 * @param element compares elements
 * @param measure what is made of the matches
 */
public record ListGrader(FieldGrader element, Measure measure) implements FieldGrader {
    /** Elements of either list that are paired; the rest counts as unmatched. */
    public static final int LONGEST = 200;

    /** What is made of the matches. The enum grows. */
    public enum Measure {
        /** Matches / elements of the answer. */
        PRECISION,
        /** Matches / elements of the reference. */
        RECALL,
        /** Harmonic mean of precision and recall: 2 * matches / elements of both. */
        F1
    }

    private record Pair(int actual, int expected, double score) {}

    @Override
    public double score(@Nullable Object actual, @Nullable Object expected) throws Exception {
        if (!(actual instanceof List<?> answer) || !(expected instanceof List<?> reference)) {
            return 0;
        }
        if (answer.isEmpty() || reference.isEmpty()) {
            return answer.isEmpty() && reference.isEmpty() ? 1 : 0;
        }
        double matches = matches(answer, reference);
        return switch (measure) {
            case PRECISION -> matches / answer.size();
            case RECALL -> matches / reference.size();
            case F1 -> 2 * matches / (answer.size() + reference.size());
        };
    }

    private double matches(List<?> answer, List<?> reference) throws Exception {
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < Math.min(LONGEST, answer.size()); i++) {
            for (int j = 0; j < Math.min(LONGEST, reference.size()); j++) {
                Deadline.current().check(); // for each pair: a single one may be two long texts
                double score = element.score(answer.get(i), reference.get(j));
                if (score > 0) {
                    pairs.add(new Pair(i, j, score));
                }
            }
        }
        pairs.sort(Comparator.comparingDouble(Pair::score).reversed());
        boolean[] left = new boolean[answer.size()];
        boolean[] right = new boolean[reference.size()];
        double total = 0;
        for (Pair pair : pairs) {
            if (!left[pair.actual] && !right[pair.expected]) {
                left[pair.actual] = true;
                right[pair.expected] = true;
                total += pair.score;
            }
        }
        return total;
    }
}
