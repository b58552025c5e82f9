package dev.reft.checkpoint.template;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values that a template computes with. Beside the types here: {@link Boolean}, {@link Long}, {@link Double} and
 * {@link Text}. Null is never a value.
 */
final class Values {
    private Values() {}

    /** Python's None. */
    enum None {
        NONE
    }

    /** Jinja's Undefined: empty where it is printed, an error where it is used. */
    record Undefined(String why) {
        static Undefined name(String name) {
            return new Undefined("'" + name + "' is undefined");
        }

        Refusal used() {
            return new Refusal(why);
        }
    }

    /** A list; templates cannot change one. */
    record PyList(List<Object> items) {}

    /** A tuple; the groups of {@code groupby} can also be asked for {@code grouper} and {@code list}. */
    record PyTuple(List<Object> items, boolean group) {
        PyTuple(List<Object> items) {
            this(items, false);
        }
    }

    /** A range of integers. */
    record PyRange(long start, long stop, long step) {
        static final int LONGEST = 100_000;

        PyRange {
            if (step == 0) {
                throw new Refusal("range() step must not be zero");
            }
            if (size(start, stop, step) > LONGEST) {
                throw new Refusal("range of more than " + LONGEST + " numbers");
            }
        }

        private static double size(long start, long stop, long step) {
            return Math.max(0, Math.ceil(((double) stop - (double) start) / step));
        }

        int size() {
            return (int) size(start, stop, step);
        }
    }

    /** What can be gone through once: a generator or an iterator. */
    record Lazy(Iterator<Object> items) {}

    /** The items, keys or values of a dict. */
    record DictView(String kind, PyDict dict) {
        List<Object> items() {
            List<Object> result = new ArrayList<>();
            for (PyDict.Entry entry : dict.entries()) {
                result.add(
                        switch (kind) {
                            case "items" -> new PyTuple(List.of(entry.key(), entry.value()));
                            case "keys" -> entry.key();
                            default -> entry.value();
                        });
            }
            return result;
        }
    }

    /** A dict in order of insertion. */
    static final class PyDict {
        record Entry(Object key, Object value) {}

        private final Map<Object, Entry> entries = new LinkedHashMap<>();

        void put(Object key, Object value) {
            Object hashed = Comparing.hashable(key);
            Entry old = entries.get(hashed);
            entries.put(hashed, new Entry(old == null ? key : old.key(), value));
        }

        @Nullable
        Object get(Object key) {
            Entry entry = entries.get(Comparing.hashable(key));
            return entry == null ? null : entry.value();
        }

        boolean has(Object key) {
            return entries.containsKey(Comparing.hashable(key));
        }

        Collection<Entry> entries() {
            return entries.values();
        }

        int size() {
            return entries.size();
        }

        PyDict copy() {
            PyDict copy = new PyDict();
            copy.entries.putAll(entries);
            return copy;
        }
    }

    /** The one kind of object that a template may change. */
    static final class Namespace {
        private final Map<String, Object> attributes = new LinkedHashMap<>();

        void set(String name, Object value) {
            attributes.put(name, value);
        }

        @Nullable
        Object get(String name) {
            return attributes.get(name);
        }
    }

    /** What a template may call: a global function, a bound method, a macro, a recursive loop. */
    interface Callable {
        Object call(Run run, Arguments arguments);
    }

    /** A function or method of the renderer's own. */
    record Function(String name, Callable body) implements Callable {
        @Override
        public Object call(Run run, Arguments arguments) {
            return body.call(run, arguments);
        }
    }

    /** What Python calls a value's type. */
    static String type(Object value) {
        if (value instanceof Text) {
            return "str";
        } else if (value instanceof Long) {
            return "int";
        } else if (value instanceof Double) {
            return "float";
        } else if (value instanceof Boolean) {
            return "bool";
        } else if (value instanceof None) {
            return "NoneType";
        } else if (value instanceof PyList) {
            return "list";
        } else if (value instanceof PyTuple) {
            return "tuple";
        } else if (value instanceof PyDict) {
            return "dict";
        } else if (value instanceof PyRange) {
            return "range";
        } else if (value instanceof Lazy) {
            return "generator";
        } else if (value instanceof DictView view) {
            return "dict_" + view.kind();
        } else {
            return value.getClass().getSimpleName();
        }
    }
}
