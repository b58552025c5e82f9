package dev.reft.checkpoint.template;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of a scope's names while it is rendered. */
final class Frame {
    private final Run run;
    private final @Nullable Frame outer;
    private final Map<String, @Nullable Object> values;

    Frame(Run run, @Nullable Frame outer, Scope scope) {
        this.run = run;
        this.outer = outer;
        Map<String, Scope.Start> starts = scope.starts();
        this.values = new HashMap<>(2 * starts.size());
        starts.forEach((name, start) -> values.put(
                name,
                switch (start) {
                    case OUTER -> outer == null ? null : outer.find(name);
                    case GIVEN -> run.given(name);
                    case PARAMETER, UNDEFINED -> null;
                }));
    }

    Run run() {
        return run;
    }

    Budget budget() {
        return run.budget();
    }

    /** The value of a name, null while it is undefined. */
    @Nullable
    Object find(String name) {
        for (Frame frame = this; frame != null; frame = frame.outer) {
            Object value = frame.values.get(name);
            if (value != null || frame.values.containsKey(name)) {
                return value;
            }
        }
        return null;
    }

    Object load(String name) {
        @Nullable Object value = find(name);
        return value == null ? Values.Undefined.name(name) : value;
    }

    /** Assigns to a name of this scope. */
    void store(String name, Object value) {
        values.put(name, value);
    }
}
