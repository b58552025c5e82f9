package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Values.DictView;
import dev.reft.checkpoint.template.Values.Lazy;
import dev.reft.checkpoint.template.Values.None;
import dev.reft.checkpoint.template.Values.PyDict;
import dev.reft.checkpoint.template.Values.PyList;
import dev.reft.checkpoint.template.Values.PyRange;
import dev.reft.checkpoint.template.Values.PyTuple;
import dev.reft.checkpoint.template.Values.Undefined;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Filters on lists, dicts and what else can be iterated. */
final class SequenceFilters {
    private SequenceFilters() {}

    static void addTo(Map<String, Filters.Filter> all) {
        all.put("default", SequenceFilters::otherwise);
        all.put("d", SequenceFilters::otherwise);
        all.put("length", SequenceFilters::length);
        all.put("count", SequenceFilters::length);
        all.put("list", SequenceFilters::list);
        all.put("first", SequenceFilters::first);
        all.put("last", SequenceFilters::last);
        all.put("reverse", SequenceFilters::reverse);
        all.put("items", SequenceFilters::items);
        all.put("dictsort", SequenceFilters::dictSort);
        all.put("batch", SequenceFilters::batch);
        all.put("slice", SequenceFilters::slice);
        all.put("sum", SequenceFilters::sum);
        all.put("attr", SequenceFilters::attribute);
    }

    private static Object otherwise(Run run, Object value, Arguments arguments) {
        @Nullable Object[] given = arguments.bind("default", 0, "default_value", "boolean");
        boolean falseToo = given[1] != null && Iterating.truthy(given[1]);
        boolean absent = value instanceof Undefined || (falseToo && !Iterating.truthy(value));
        return absent ? (given[0] == null ? Text.EMPTY : given[0]) : value;
    }

    private static Object length(Run run, Object value, Arguments arguments) {
        arguments.none("length");
        return (long) Iterating.size(value);
    }

    private static Object list(Run run, Object value, Arguments arguments) {
        arguments.none("list");
        return new PyList(Iterating.list(run.budget(), value));
    }

    private static Object first(Run run, Object value, Arguments arguments) {
        arguments.none("first");
        Iterator<Object> items = Iterating.iterate(run.budget(), value);
        return items.hasNext() ? items.next() : new Undefined("no first item, sequence was empty");
    }

    private static Object last(Run run, Object value, Arguments arguments) {
        arguments.none("last");
        if (value instanceof Lazy) {
            throw new Refusal("'" + Values.type(value) + "' object is not reversible");
        }
        List<Object> items = Iterating.list(run.budget(), value);
        return items.isEmpty() ? new Undefined("no last item, sequence was empty") : items.get(items.size() - 1);
    }

    private static Object reverse(Run run, Object value, Arguments arguments) {
        arguments.none("reverse");
        if (value instanceof Text) {
            return Attributes.slice(run.budget(), value, None.NONE, None.NONE, -1L);
        }
        List<Object> items = Iterating.list(run.budget(), value);
        Collections.reverse(items);
        // What Python cannot go through backwards it reverses as a list.
        return value instanceof Lazy ? new PyList(items) : new Lazy(items.iterator());
    }

    private static Object items(Run run, Object value, Arguments arguments) {
        arguments.none("items");
        if (value instanceof Undefined) {
            return new Lazy(Collections.emptyIterator());
        } else if (value instanceof PyDict dict) {
            return new Lazy(Iterating.iterate(run.budget(), new DictView("items", dict)));
        }
        throw new Refusal("items needs a mapping, not '" + Values.type(value) + "'");
    }

    private static Object dictSort(Run run, Object value, Arguments arguments) {
        @Nullable Object[] given = arguments.bind("dictsort", 0, "case_sensitive", "by", "reverse");
        if (!(value instanceof PyDict dict)) {
            throw new Refusal("dictsort needs a mapping, not '" + Values.type(value) + "'");
        }
        String by = given[1] == null ? "key" : Strings.require(given[1]).value();
        if (!by.equals("key") && !by.equals("value")) {
            throw new Refusal("dictsort sorts by 'key' or by 'value', not by '" + by + "'");
        }
        boolean exact = given[0] != null && Iterating.truthy(given[0]);
        List<Object> pairs = Iterating.list(run.budget(), new DictView("items", dict));
        sort(
                run,
                pairs,
                pair -> {
                    Object key = ((PyTuple) pair).items().get(by.equals("key") ? 0 : 1);
                    return exact ? key : SelectionFilters.ignoreCase(run, key);
                },
                given[2] != null && Iterating.truthy(given[2]));
        return new PyList(pairs);
    }

    interface Key {
        Object of(Object item);
    }

    /** Sorts stably by keys that are computed once. */
    static void sort(Run run, List<Object> items, Key key, boolean reverse) {
        record Keyed(Object key, Object item) {}
        List<Keyed> keyed = new ArrayList<>();
        for (Object item : items) {
            run.budget().memory(8);
            keyed.add(new Keyed(key.of(item), item));
        }
        Comparator<Keyed> order = (a, b) -> Comparing.compare(run.budget(), a.key(), b.key());
        keyed.sort(reverse ? order.reversed() : order);
        items.clear();
        keyed.forEach(one -> items.add(one.item()));
    }

    private static Object batch(Run run, Object value, Arguments arguments) {
        @Nullable Object[] given = arguments.bind("batch", 1, "linecount", "fill_with");
        long size = Arithmetic.toLong(TextMethods.given(given[0]));
        List<Object> rows = new ArrayList<>();
        List<Object> row = new ArrayList<>();
        for (Object item : Iterating.list(run.budget(), value)) {
            if (row.size() == size) {
                rows.add(new PyList(row));
                row = new ArrayList<>();
            }
            row.add(item);
        }
        if (!row.isEmpty()) {
            if (given[1] != null && !(given[1] instanceof None)) {
                run.budget().memory(size - row.size(), 4);
                while (row.size() < size) {
                    row.add(given[1]);
                }
            }
            rows.add(new PyList(row));
        }
        return new Lazy(rows.iterator());
    }

    private static Object slice(Run run, Object value, Arguments arguments) {
        @Nullable Object[] given = arguments.bind("slice", 1, "slices", "fill_with");
        long slices = Arithmetic.toLong(TextMethods.given(given[0]));
        List<Object> all = Iterating.list(run.budget(), value);
        if (slices == 0) {
            throw new Refusal("division by zero");
        }
        run.budget().memory(Math.max(0, slices), 8);
        long each = Math.floorDiv(all.size(), slices);
        long longer = Math.floorMod(all.size(), slices);
        List<Object> columns = new ArrayList<>();
        int start = 0;
        for (long i = 0; i < slices; i++) {
            int end = (int) (start + each + (i < longer ? 1 : 0));
            List<Object> column = new ArrayList<>(all.subList(start, end));
            if (given[1] != null && !(given[1] instanceof None) && i >= longer) {
                column.add(given[1]);
            }
            columns.add(new PyList(column));
            start = end;
        }
        return new Lazy(columns.iterator());
    }

    private static Object sum(Run run, Object value, Arguments arguments) {
        @Nullable Object[] given = arguments.bind("sum", 0, "attribute", "start");
        List<Object> path = given[0] == null || given[0] instanceof None ? List.of() : SelectionFilters.path(given[0]);
        Object total = given[1] == null ? (Object) 0L : given[1];
        if (total instanceof Text) {
            throw new Refusal("sum() cannot add strings");
        }
        Iterator<Object> items = Iterating.iterate(run.budget(), value);
        while (items.hasNext()) {
            Object item = SelectionFilters.follow(items.next(), path, null);
            if (item instanceof Double || total instanceof Double) {
                // Newer versions of Python add floats with compensation, older ones do not.
                exactSum(total, item);
            }
            total = Arithmetic.binary(run.budget(), "+", total, item);
        }
        return total;
    }

    private static void exactSum(Object total, Object item) {
        double a = Arithmetic.toDouble(total);
        double b = Arithmetic.toDouble(item);
        double sum = a + b;
        double error = (a - (sum - (sum - a))) + (b - (sum - a));
        if (error != 0) {
            throw Refusal.unsupported("a sum of floats that depends on the version of Python");
        }
    }

    private static Object attribute(Run run, Object value, Arguments arguments) {
        Text name = Strings.require(arguments.bind("attr", 1, "name")[0]);
        if (value instanceof Undefined) {
            throw Refusal.unsupported("'attr' of an undefined value");
        }
        @Nullable Object found = Attributes.find(value, name.value());
        return found == null
                ? new Undefined("'" + Values.type(value) + "' object has no attribute '" + name + "'")
                : found;
    }

    /** A range, as the global function makes it. */
    static Object range(Run run, Arguments arguments) {
        @Nullable Object[] given = arguments.bindPositional("range", 1, 3);
        long one = Arithmetic.toLong(TextMethods.given(given[0]));
        if (given[1] == null) {
            return new PyRange(0, one, 1);
        }
        return new PyRange(one, Arithmetic.toLong(given[1]), given[2] == null ? 1 : Arithmetic.toLong(given[2]));
    }
}
