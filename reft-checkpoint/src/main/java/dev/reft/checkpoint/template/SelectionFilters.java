package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Values.Lazy;
import dev.reft.checkpoint.template.Values.None;
import dev.reft.checkpoint.template.Values.PyList;
import dev.reft.checkpoint.template.Values.PyTuple;
import dev.reft.checkpoint.template.Values.Undefined;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Filters that look at an attribute or apply another filter or test to each item. */
final class SelectionFilters {
    private SelectionFilters() {}

    static void addTo(Map<String, Filters.Filter> all) {
        all.put("map", SelectionFilters::map);
        all.put("select", (run, value, a) -> select(run, value, a, false, true));
        all.put("reject", (run, value, a) -> select(run, value, a, false, false));
        all.put("selectattr", (run, value, a) -> select(run, value, a, true, true));
        all.put("rejectattr", (run, value, a) -> select(run, value, a, true, false));
        all.put("sort", SelectionFilters::sort);
        all.put("unique", SelectionFilters::unique);
        all.put("min", (run, value, a) -> extreme(run, value, a, -1));
        all.put("max", (run, value, a) -> extreme(run, value, a, 1));
        all.put("groupby", SelectionFilters::groupBy);
    }

    /** The steps of {@code "a.b.0"}; none for None. */
    static List<Object> path(Object attribute) {
        List<Object> steps = new ArrayList<>();
        if (attribute instanceof Long) {
            steps.add(attribute);
        } else if (!(attribute instanceof None)) {
            for (String step : Strings.require(attribute).value().split("\\.", -1)) {
                boolean digits =
                        !step.isEmpty() && step.length() < 10 && step.chars().allMatch(c -> c >= '0' && c <= '9');
                steps.add(digits ? (Object) Long.parseLong(step) : Text.trusted(step));
            }
        }
        return steps;
    }

    static Object follow(Object item, List<Object> path, @Nullable Object otherwise) {
        Object at = item;
        for (Object step : path) {
            at = Attributes.item(at, step);
            if (at instanceof Undefined && otherwise != null) {
                at = otherwise;
            }
        }
        return at;
    }

    static Object ignoreCase(Run run, Object value) {
        return value instanceof Text text ? Strings.lower(run.budget(), text) : value;
    }

    private static @Nullable Object present(@Nullable Object value) {
        return value instanceof None ? null : value;
    }

    private static Object map(Run run, Object value, Arguments arguments) {
        Map<String, Object> named = new HashMap<>(arguments.named());
        List<Object> positional = arguments.positional();
        UnaryOperator<Object> change;
        if (positional.isEmpty() && named.containsKey("attribute")) {
            @Nullable Object[] given = arguments.bind("map", 0, "attribute", "default");
            List<Object> path = path(TextMethods.given(given[0]));
            @Nullable Object otherwise = present(given[1]);
            change = item -> follow(item, path, otherwise);
        } else if (positional.isEmpty()) {
            throw new Refusal("map needs a filter's name or an attribute");
        } else {
            String filter = Strings.require(positional.get(0)).value();
            Arguments rest = new Arguments(positional.subList(1, positional.size()), named);
            change = item -> Filters.apply(run, filter, item, rest);
        }
        return new Lazy(mapped(run, value, change));
    }

    private static Iterator<Object> mapped(Run run, Object value, UnaryOperator<Object> change) {
        Iterator<Object> items = started(run, value);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return items.hasNext();
            }

            @Override
            public Object next() {
                run.budget().work(3);
                return change.apply(items.next());
            }
        };
    }

    /** Jinja's generators begin with {@code if value:}, so None and other empty values have no items. */
    private static Iterator<Object> started(Run run, Object value) {
        return Iterating.truthy(value) ? Iterating.iterate(run.budget(), value) : new ArrayList<>().iterator();
    }

    private static Object select(Run run, Object value, Arguments arguments, boolean byAttribute, boolean wanted) {
        List<Object> positional = arguments.positional();
        int used = byAttribute ? 1 : 0;
        if (positional.size() < used) {
            throw new Refusal("the name of an attribute is missing");
        }
        List<Object> path = byAttribute ? path(positional.get(0)) : List.of();
        Predicate<Object> predicate = Iterating::truthy;
        if (positional.size() > used) {
            String name = Strings.require(positional.get(used)).value();
            Tests.@Nullable Test test = Tests.find(name);
            if (test == null) {
                throw new Refusal("no test named '" + name + "'");
            }
            Arguments rest = new Arguments(positional.subList(used + 1, positional.size()), arguments.named());
            predicate = item -> test.test(run, item, rest);
        }
        Predicate<Object> chosen = predicate;
        return new Lazy(filtered(started(run, value), item -> {
            run.budget().work(3);
            return chosen.test(follow(item, path, null)) == wanted;
        }));
    }

    /** The items that pass, each tested when it is asked for. */
    static Iterator<Object> filtered(Iterator<Object> items, Predicate<Object> passes) {
        return new Iterator<>() {
            private @Nullable Object next;

            @Override
            public boolean hasNext() {
                while (next == null && items.hasNext()) {
                    Object item = items.next();
                    if (passes.test(item)) {
                        next = item;
                    }
                }
                return next != null;
            }

            @Override
            public Object next() {
                if (!hasNext() || next == null) {
                    throw new NoSuchElementException();
                }
                Object result = next;
                next = null;
                return result;
            }
        };
    }

    private static Object sort(Run run, Object value, Arguments arguments) {
        @Nullable Object[] given = arguments.bind("sort", 0, "reverse", "case_sensitive", "attribute");
        boolean exact = given[1] != null && Iterating.truthy(given[1]);
        List<List<Object>> paths = new ArrayList<>();
        if (given[2] instanceof Text names) {
            for (String name : names.value().split(",", -1)) {
                paths.add(path(Text.trusted(name)));
            }
        } else {
            paths.add(given[2] == null ? List.of() : path(given[2]));
        }
        List<Object> items = Iterating.list(run.budget(), value);
        SequenceFilters.sort(
                run,
                items,
                item -> {
                    List<Object> keys = new ArrayList<>();
                    for (List<Object> path : paths) {
                        Object key = follow(item, path, null);
                        keys.add(exact ? key : ignoreCase(run, key));
                    }
                    return new PyList(keys);
                },
                given[0] != null && Iterating.truthy(given[0]));
        return new PyList(items);
    }

    private static SequenceFilters.Key key(Run run, @Nullable Object attribute, @Nullable Object caseSensitive) {
        List<Object> path = attribute == null ? List.of() : path(attribute);
        boolean exact = caseSensitive != null && Iterating.truthy(caseSensitive);
        return item -> {
            Object found = follow(item, path, null);
            return exact ? found : ignoreCase(run, found);
        };
    }

    private static Object unique(Run run, Object value, Arguments arguments) {
        @Nullable Object[] given = arguments.bind("unique", 0, "case_sensitive", "attribute");
        SequenceFilters.Key key = key(run, given[1], given[0]);
        Set<Object> seen = new HashSet<>();
        return new Lazy(filtered(Iterating.iterate(run.budget(), value), item -> {
            run.budget().memory(8);
            return seen.add(Comparing.hashable(key.of(item)));
        }));
    }

    private static Object extreme(Run run, Object value, Arguments arguments, int sign) {
        @Nullable Object[] given = arguments.bind(sign < 0 ? "min" : "max", 0, "case_sensitive", "attribute");
        SequenceFilters.Key key = key(run, given[1], given[0]);
        Iterator<Object> items = Iterating.iterate(run.budget(), value);
        if (!items.hasNext()) {
            return new Undefined("no aggregated item, sequence was empty");
        }
        Object best = items.next();
        Object bestKey = key.of(best);
        while (items.hasNext()) {
            Object item = items.next();
            Object itemKey = key.of(item);
            if (Comparing.compare(run.budget(), itemKey, bestKey) * sign > 0) {
                best = item;
                bestKey = itemKey;
            }
        }
        return best;
    }

    private static Object groupBy(Run run, Object value, Arguments arguments) {
        @Nullable Object[] given = arguments.bind("groupby", 1, "attribute", "default", "case_sensitive");
        List<Object> path = path(TextMethods.given(given[0]));
        @Nullable Object otherwise = present(given[1]);
        boolean exact = given[2] != null && Iterating.truthy(given[2]);
        SequenceFilters.Key key = item -> {
            Object found = follow(item, path, otherwise);
            return exact ? found : ignoreCase(run, found);
        };
        List<Object> items = Iterating.list(run.budget(), value);
        SequenceFilters.sort(run, items, key, false);
        List<Object> groups = new ArrayList<>();
        List<Object> group = new ArrayList<>();
        @Nullable Object groupKey = null;
        for (Object item : items) {
            Object itemKey = key.of(item);
            if (groupKey == null || !Comparing.equal(run.budget(), groupKey, itemKey)) {
                group = new ArrayList<>();
                Object shown = exact ? itemKey : follow(item, path, otherwise);
                groups.add(new PyTuple(List.of(shown, new PyList(group)), true));
                groupKey = itemKey;
            }
            group.add(item);
        }
        return new PyList(groups);
    }
}
