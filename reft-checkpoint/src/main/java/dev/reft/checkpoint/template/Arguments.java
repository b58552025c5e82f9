package dev.reft.checkpoint.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The arguments of a call. */
record Arguments(List<Object> positional, Map<String, Object> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    static Arguments of(Object... positional) {
        return new Arguments(List.of(positional), Map.of());
    }

    /**
     * Gives each parameter its argument, null where there is none.
     *
     * @throws Refusal if one of the first {@code required} is absent, or an argument is left over
     */
    @Nullable
    Object[] bind(String function, int required, String... parameters) {
        if (positional.size() > parameters.length) {
            throw new Refusal(
                    function + "() takes at most " + parameters.length + " arguments, given " + positional.size());
        }
        @Nullable Object[] result = new @Nullable Object[parameters.length];
        int bound = 0;
        for (int i = 0; i < parameters.length; i++) {
            Object value = named.get(parameters[i]);
            if (i < positional.size()) {
                if (value != null) {
                    throw new Refusal(function + "() got two values for '" + parameters[i] + "'");
                }
                value = positional.get(i);
            } else if (value != null) {
                bound++;
            }
            if (value == null && i < required) {
                throw new Refusal(function + "() lacks the argument '" + parameters[i] + "'");
            }
            result[i] = value;
        }
        if (bound < named.size()) {
            for (String name : named.keySet()) {
                if (!List.of(parameters).contains(name)) {
                    throw new Refusal(function + "() has no argument '" + name + "'");
                }
            }
        }
        return result;
    }

    /** As {@link #bind}, for functions of Python that take no argument by name. */
    @Nullable
    Object[] bindPositional(String function, int required, int most) {
        if (!named.isEmpty()) {
            throw new Refusal(function + "() takes no keyword arguments");
        }
        String[] names = new String[most];
        for (int i = 0; i < most; i++) {
            names[i] = "argument " + (i + 1);
        }
        return bind(function, required, names);
    }

    void none(String function) {
        bindPositional(function, 0, 0);
    }
}
