package dev.reft.graders.structured;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares objects field by field: {@code sum of weight * score / sum of weights}. A field that neither has agrees; one that only one of them
 * has does not. What the answer has besides the fields does not count, unless it is forbidden.
 *
 * @param fields at least one with a positive weight
 * @param othersForbidden whether a further field in the answer makes the score 0
 */
public record ObjectGrader(List<Field> fields, boolean othersForbidden) implements FieldGrader {
    /**
     * A field.
     *
     * @param name of the field
     * @param grader compares its values
     * @param weight &gt;= 0; 0 for a metric
     */
    public record Field(String name, FieldGrader grader, double weight) {
        /**
         * Checks the weight.
         *
         * @throws IllegalArgumentException if it is negative or not finite
         */
        public Field {
            if (!(weight >= 0) || Double.isInfinite(weight)) {
                throw new IllegalArgumentException("weight " + weight + " of field '" + name + "'");
            }
        }
    }

    /**
     * Copies and checks the fields.
     *
     * @throws IllegalArgumentException if no field has weight, or a name comes twice
     */
    public ObjectGrader {
        fields = List.copyOf(fields);
        if (fields.stream().mapToDouble(Field::weight).sum() <= 0) {
            throw new IllegalArgumentException("no field with a positive weight among " + fields.size());
        }
        if (fields.stream().map(Field::name).distinct().count() < fields.size()) {
            throw new IllegalArgumentException(
                    "a field comes twice in " + fields.stream().map(Field::name).toList());
        }
    }

    /**
     * An object whose further fields do not count.
     *
     * @param fields at least one with a positive weight
     * @return the grader
     */
    public static ObjectGrader of(Field... fields) {
        return new ObjectGrader(List.of(fields), false);
    }

    @Override
    public double score(@Nullable Object actual, @Nullable Object expected) throws Exception {
        return combined(each(actual, expected), actual);
    }

    /** The fields' own scores. */
    Map<String, Double> each(@Nullable Object actual, @Nullable Object expected) throws Exception {
        Map<?, ?> answer = actual instanceof Map<?, ?> map ? map : Map.of();
        Map<?, ?> reference = expected instanceof Map<?, ?> map ? map : Map.of();
        Map<String, Double> scores = new LinkedHashMap<>();
        for (Field field : fields) {
            Object first = answer.get(field.name);
            Object second = reference.get(field.name);
            double score = first == null || second == null
                    ? (first == null && second == null && actual instanceof Map ? 1 : 0)
                    : field.grader.score(first, second);
            if (!Double.isFinite(score)) {
                throw new IllegalStateException("field '" + field.name + "' was scored " + score);
            }
            scores.put(field.name, score);
        }
        return scores;
    }

    double combined(Map<String, Double> scores, @Nullable Object actual) {
        if (othersForbidden && actual instanceof Map<?, ?> map && !names().containsAll(map.keySet())) {
            return 0;
        }
        double total = 0;
        double weights = 0;
        for (Field field : fields) {
            total += field.weight * scores.getOrDefault(field.name, 0.0);
            weights += field.weight;
        }
        return total / weights;
    }

    private Set<String> names() {
        return Set.copyOf(fields.stream().map(Field::name).toList());
    }
}
