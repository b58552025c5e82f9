package dev.reft.graders.structured;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** By the kind of the reference's value. */
final class InferredGrader implements FieldGrader {
    @Override
    public double score(@Nullable Object actual, @Nullable Object expected) throws Exception {
        if (expected instanceof String) {
            return FieldGrader.TEXT.score(actual, expected);
        }
        if (expected instanceof List<?>) {
            return FieldGrader.listF1(this).score(actual, expected);
        }
        if (!(expected instanceof Map<?, ?> fields)) {
            return FieldGrader.EXACT.score(actual, expected);
        }
        if (!(actual instanceof Map<?, ?> answer)) {
            return 0;
        }
        double total = 0;
        for (Map.Entry<?, ?> field : fields.entrySet()) {
            total += score(answer.get(field.getKey()), field.getValue());
        }
        return fields.isEmpty() ? (answer.isEmpty() ? 1 : 0) : total / fields.size();
    }
}
