package dev.reft.checkpoint.template;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can stand behind {@code |}. */
final class Filters {
    interface Filter {
        Object apply(Run run, Object value, Arguments arguments);
    }

    /** Filters of Jinja that chat templates do not need. */
    private static final Set<String> UNSUPPORTED =
            Set.of("filesizeformat", "pprint", "random", "striptags", "urlize", "wordwrap", "xmlattr");

    private static final Map<String, Filter> ALL = new HashMap<>();

    static {
        TextFilters.addTo(ALL);
        NumberFilters.addTo(ALL);
        SequenceFilters.addTo(ALL);
        SelectionFilters.addTo(ALL);
        ALL.put("tojson", Json::filter);
        for (String name : UNSUPPORTED) {
            ALL.put(name, (run, value, arguments) -> {
                throw Refusal.unsupported("the filter '" + name + "'");
            });
        }
    }

    private Filters() {}

    /** The filter of a name, null if there is none. */
    static @Nullable Filter find(String name) {
        return ALL.get(name);
    }

    static boolean isKnown(String name) {
        return ALL.containsKey(name);
    }

    static Object apply(Run run, String name, Object value, Arguments arguments) {
        @Nullable Filter filter = find(name);
        if (filter == null) {
            throw new Refusal("no filter named '" + name + "'");
        }
        run.budget().work(5);
        return filter.apply(run, value, arguments);
    }
}
