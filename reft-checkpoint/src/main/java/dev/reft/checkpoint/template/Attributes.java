package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Values.DictView;
import dev.reft.checkpoint.template.Values.Function;
import dev.reft.checkpoint.template.Values.Namespace;
import dev.reft.checkpoint.template.Values.None;
import dev.reft.checkpoint.template.Values.PyDict;
import dev.reft.checkpoint.template.Values.PyList;
import dev.reft.checkpoint.template.Values.PyRange;
import dev.reft.checkpoint.template.Values.PyTuple;
import dev.reft.checkpoint.template.Values.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code value.name}, {@code value[key]} and {@code value[from:to]}.
 *
 * <p>What Python has and templates may not reach (internals, methods that change a value) or do not need is refused
 * rather than undefined, as it would be defined there.
 */
final class Attributes {
    private static final Set<String> LIST_CHANGES =
            Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");
    private static final Set<String> DICT_CHANGES =
            Set.of("clear", "fromkeys", "pop", "popitem", "setdefault", "update");
    private static final Set<String> NUMBER = Set.of(
            "as_integer_ratio",
            "bit_count",
            "bit_length",
            "conjugate",
            "denominator",
            "from_bytes",
            "fromhex",
            "hex",
            "imag",
            "is_integer",
            "numerator",
            "real",
            "to_bytes");

    private Attributes() {}

    /** {@code value.name}: an attribute, else the item of that name. */
    static Object attribute(Object value, String name) {
        @Nullable Object found = find(value, name);
        if (found == null && value instanceof PyDict dict) {
            found = dict.get(Text.trusted(name));
        }
        return found == null ? missing(value, name) : found;
    }

    private static Undefined missing(Object value, String name) {
        return new Undefined("'" + Values.type(value) + "' object has no attribute '" + name + "'");
    }

    /** {@code value[key]}: an item, else the attribute of that name. */
    static Object item(Object value, Object key) {
        if (value instanceof Undefined undefined) {
            throw undefined.used();
        }
        @Nullable Object found = itemOrNull(value, key);
        if (found == null && key instanceof Text name) {
            found = find(value, name.value());
        }
        return found == null ? new Undefined("'" + Values.type(value) + "' object has no item " + shortly(key)) : found;
    }

    private static String shortly(Object key) {
        return key instanceof Text || Comparing.isNumber(key) ? "'" + key + "'" : "of type " + Values.type(key);
    }

    private static @Nullable Object itemOrNull(Object value, Object key) {
        if (value instanceof PyDict dict) {
            boolean unhashable = key instanceof PyList || key instanceof PyDict;
            return unhashable ? null : dict.get(key);
        } else if (!(key instanceof Long) && !(key instanceof Boolean)) {
            return null;
        }
        long index = Arithmetic.toLong(key);
        if (value instanceof Text text) {
            int at = place(index, text.size());
            return at < 0 ? null : keep(text, text.range(at, at + 1));
        } else if (value instanceof PyList list) {
            int at = place(index, list.items().size());
            return at < 0 ? null : list.items().get(at);
        } else if (value instanceof PyTuple tuple) {
            int at = place(index, tuple.items().size());
            return at < 0 ? null : tuple.items().get(at);
        } else if (value instanceof PyRange range) {
            int at = place(index, range.size());
            return at < 0 ? null : (Object) (range.start() + at * range.step());
        }
        return null;
    }

    private static Text keep(Text whole, Text part) {
        Strings.plain(whole);
        return part;
    }

    private static int place(long index, int size) {
        long at = index < 0 ? index + size : index;
        return at >= 0 && at < size ? (int) at : -1;
    }

    /** An attribute in Python's own sense, null where Python has none of that name. */
    static @Nullable Object find(Object value, String name) {
        if (value instanceof Undefined undefined) {
            throw undefined.used();
        } else if (name.startsWith("__")) {
            throw new Refusal("access to attribute '" + name + "' is unsafe");
        }
        if (value instanceof Text text) {
            refuse(value, name, TextMethods.UNSUPPORTED);
            return TextMethods.find(text, name);
        } else if (value instanceof PyDict dict) {
            refuse(value, name, DICT_CHANGES);
            return dictMethod(dict, name);
        } else if (value instanceof PyList list) {
            refuse(value, name, LIST_CHANGES);
            return name.equals("copy")
                    ? new Function(name, (run, arguments) -> {
                        arguments.none(name);
                        return list;
                    })
                    : sequenceMethod(list.items(), name);
        } else if (value instanceof PyTuple tuple) {
            return tupleAttribute(tuple, name);
        } else if (value instanceof Namespace namespace) {
            if (name.startsWith("_")) {
                throw new Refusal("access to attribute '" + name + "' is unsafe");
            }
            return namespace.get(name);
        } else if (value instanceof LoopState loop) {
            return loop.attribute(name);
        } else if (Comparing.isNumber(value)) {
            refuse(value, name, NUMBER);
            return null;
        } else if (value instanceof None) {
            return null;
        }
        throw Refusal.unsupported("the attribute '" + name + "' of a " + Values.type(value));
    }

    private static void refuse(Object value, String name, Set<String> names) {
        if (names.contains(name)) {
            throw Refusal.unsupported("the attribute '" + name + "' of a " + Values.type(value));
        }
    }

    private static @Nullable Object tupleAttribute(PyTuple tuple, String name) {
        if (tuple.group() && name.equals("grouper")) {
            return tuple.items().get(0);
        } else if (tuple.group() && name.equals("list")) {
            return tuple.items().get(1);
        } else if (tuple.group() && name.startsWith("_")) {
            throw new Refusal("access to attribute '" + name + "' is unsafe");
        }
        return sequenceMethod(tuple.items(), name);
    }

    private static @Nullable Object sequenceMethod(List<Object> items, String name) {
        return switch (name) {
            case "count" ->
                new Function(name, (run, arguments) -> {
                    Object wanted = TextMethods.given(arguments.bindPositional(name, 1, 1)[0]);
                    return items.stream()
                            .filter(item -> Comparing.equal(run.budget(), item, wanted))
                            .count();
                });
            case "index" ->
                new Function(name, (run, arguments) -> {
                    Object wanted = TextMethods.given(arguments.bindPositional(name, 1, 1)[0]);
                    for (int i = 0; i < items.size(); i++) {
                        if (Comparing.equal(run.budget(), items.get(i), wanted)) {
                            return (long) i;
                        }
                    }
                    throw new Refusal("the item is not in the list");
                });
            default -> null;
        };
    }

    private static @Nullable Object dictMethod(PyDict dict, String name) {
        return switch (name) {
            case "get" ->
                new Function(name, (run, arguments) -> {
                    @Nullable Object[] given = arguments.bindPositional(name, 1, 2);
                    @Nullable Object found = dict.get(TextMethods.given(given[0]));
                    return found != null ? found : given[1] != null ? given[1] : None.NONE;
                });
            case "items", "keys", "values" ->
                new Function(name, (run, arguments) -> {
                    arguments.none(name);
                    return new DictView(name, dict);
                });
            case "copy" ->
                new Function(name, (run, arguments) -> {
                    arguments.none(name);
                    return dict;
                });
            default -> null;
        };
    }

    /** {@code value[from:to:step]}; None stands for what was left out. */
    static Object slice(Budget budget, Object value, Object from, Object to, Object by) {
        if (value instanceof Undefined undefined) {
            throw undefined.used();
        }
        boolean sliceable = value instanceof Text
                || value instanceof PyList
                || value instanceof PyTuple
                || value instanceof PyRange;
        if (!sliceable) {
            throw new Refusal("'" + Values.type(value) + "' object cannot be sliced");
        }
        int size = Iterating.size(value);
        int step = by instanceof None ? 1 : Arithmetic.toInt(by);
        if (step == 0) {
            throw new Refusal("slice step cannot be zero");
        }
        int start = bound(from, step > 0 ? 0 : size - 1, size, step);
        int end = bound(to, step > 0 ? size : -1, size, step);
        if (value instanceof Text text) {
            return slice(budget, Strings.plain(text), start, end, step);
        } else if (value instanceof PyRange range) {
            long first = range.start() + start * range.step();
            return new PyRange(first, range.start() + end * range.step(), Math.multiplyExact(range.step(), step));
        }
        List<Object> items = value instanceof PyTuple tuple ? tuple.items() : ((PyList) value).items();
        List<Object> result = new ArrayList<>();
        for (long i = start; step > 0 ? i < end : i > end; i += step) {
            budget.memory(4);
            result.add(items.get((int) i));
        }
        return value instanceof PyTuple ? new PyTuple(result) : new PyList(result);
    }

    private static Text slice(Budget budget, Text text, int start, int end, int step) {
        if (step == 1) {
            budget.memory(Math.max(0, end - start));
            return text.range(start, end);
        }
        int[] offsets = new int[text.size() + 1];
        budget.memory(2L * offsets.length);
        for (int i = 0; i < text.size(); i++) {
            offsets[i + 1] = offsets[i] + Character.charCount(text.value().codePointAt(offsets[i]));
        }
        TextBuilder out = new TextBuilder(budget);
        for (long i = start; step > 0 ? i < end : i > end; i += step) {
            out.append(text.slice(offsets[(int) i], offsets[(int) i + 1]));
        }
        return out.build();
    }

    private static int bound(Object given, int otherwise, int size, int step) {
        if (given instanceof None) {
            return otherwise;
        }
        long at = Arithmetic.toLong(given);
        at = at < 0 ? Math.max(Long.MIN_VALUE / 2, at) + size : at;
        int low = step > 0 ? 0 : -1;
        int high = step > 0 ? size : size - 1;
        return (int) Math.max(low, Math.min(high, at));
    }
}
