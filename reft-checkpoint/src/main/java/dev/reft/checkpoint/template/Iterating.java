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
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Truth, length and iteration of values. */
final class Iterating {
    private Iterating() {}

    static boolean truthy(Object value) {
        if (value instanceof Boolean flag) {
            return flag;
        } else if (value instanceof Long number) {
            return number != 0;
        } else if (value instanceof Double number) {
            return number != 0;
        } else if (value instanceof None) {
            return false;
        }
        @Nullable Integer size = sizeOrNull(value);
        return size == null || size > 0;
    }

    static int size(Object value) {
        @Nullable Integer size = sizeOrNull(value);
        if (size == null) {
            throw new Refusal("object of type '" + Values.type(value) + "' has no len()");
        }
        return size;
    }

    /** The length, or null for what has none. */
    static @Nullable Integer sizeOrNull(Object value) {
        if (value instanceof Text text) {
            return text.size();
        } else if (value instanceof PyList list) {
            return list.items().size();
        } else if (value instanceof PyTuple tuple) {
            return tuple.items().size();
        } else if (value instanceof PyDict dict) {
            return dict.size();
        } else if (value instanceof DictView view) {
            return view.dict().size();
        } else if (value instanceof PyRange range) {
            return range.size();
        } else if (value instanceof LoopState loop) {
            return loop.length();
        } else if (value instanceof Undefined) {
            return 0;
        }
        return null;
    }

    static boolean isIterable(Object value) {
        return value instanceof Lazy || sizeOrNull(value) != null;
    }

    static Iterator<Object> iterate(Budget budget, Object value) {
        if (value instanceof PyList list) {
            return list.items().iterator();
        } else if (value instanceof PyTuple tuple) {
            return tuple.items().iterator();
        } else if (value instanceof Text text) {
            return characters(text);
        } else if (value instanceof PyDict dict) {
            budget.memory(dict.size(), 4);
            return new DictView("keys", dict).items().iterator();
        } else if (value instanceof DictView view) {
            budget.memory(view.dict().size(), 8);
            return view.items().iterator();
        } else if (value instanceof PyRange range) {
            return numbers(budget, range);
        } else if (value instanceof Lazy lazy) {
            return lazy.items();
        } else if (value instanceof Undefined) {
            return Collections.emptyIterator();
        } else if (value instanceof LoopState) {
            throw Refusal.unsupported("iterating over 'loop'");
        }
        throw new Refusal("'" + Values.type(value) + "' object is not iterable");
    }

    static List<Object> list(Budget budget, Object value) {
        List<Object> result = new ArrayList<>();
        Iterator<Object> items = iterate(budget, value);
        while (items.hasNext()) {
            budget.memory(8);
            result.add(items.next());
        }
        return result;
    }

    private static Iterator<Object> characters(Text text) {
        return new Iterator<>() {
            private int at;

            @Override
            public boolean hasNext() {
                return at < text.value().length();
            }

            @Override
            public Object next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                int start = at;
                at += Character.charCount(text.value().codePointAt(start));
                return text.slice(start, at);
            }
        };
    }

    private static Iterator<Object> numbers(Budget budget, PyRange range) {
        return new Iterator<>() {
            private int at;

            @Override
            public boolean hasNext() {
                return at < range.size();
            }

            @Override
            public Object next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                budget.work(3);
                return range.start() + at++ * range.step();
            }
        };
    }
}
