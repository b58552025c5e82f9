package dev.reft.checkpoint.template;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names of one scope of a template, and what each holds when the scope is entered.
 *
 * <p>Jinja decides this when it compiles: a name that is assigned anywhere in a scope is that scope's own from its
 * beginning. There it holds the outer scope's value if an outer scope knows the name; otherwise the value that the caller
 * gave, except if the name is first met in an assignment that no {@code if} guards: then it is undefined until then.
 */
final class Scope {
    enum Start {
        PARAMETER,
        OUTER,
        GIVEN,
        UNDEFINED
    }

    private enum First {
        LOADED,
        STORED,
        STORED_CONDITIONALLY
    }

    private final @Nullable Scope parent;
    private final Map<String, First> first = new LinkedHashMap<>();
    private final Set<String> stored = new HashSet<>();
    private final Set<String> parameters = new HashSet<>();
    private int conditions;
    private @Nullable Map<String, Start> starts;

    Scope(@Nullable Scope parent) {
        this.parent = parent;
    }

    @Nullable
    Scope parent() {
        return parent;
    }

    void enterCondition() {
        conditions++;
    }

    void leaveCondition() {
        conditions--;
    }

    void load(String name) {
        first.putIfAbsent(name, First.LOADED);
    }

    void store(String name) {
        first.putIfAbsent(name, conditions > 0 ? First.STORED_CONDITIONALLY : First.STORED);
        stored.add(name);
    }

    /** Whether no name was met. */
    boolean isEmpty() {
        return first.isEmpty();
    }

    void parameter(String name) {
        parameters.add(name);
    }

    /** The scope's own names; to be asked when the whole template has been read. */
    Map<String, Start> starts() {
        if (starts == null) {
            Map<String, Start> result = new HashMap<>();
            for (String name : parameters) {
                result.put(name, Start.PARAMETER);
            }
            first.forEach((name, how) -> {
                boolean outside = parent != null && parent.knows(name);
                if (parameters.contains(name)) {
                    return;
                } else if (outside && stored.contains(name)) {
                    result.put(name, Start.OUTER);
                } else if (!outside) {
                    result.put(name, how == First.STORED ? Start.UNDEFINED : Start.GIVEN);
                }
            });
            starts = result;
        }
        return starts;
    }

    private boolean knows(String name) {
        return starts().containsKey(name) || (parent != null && parent.knows(name));
    }
}
