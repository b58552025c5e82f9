package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Values.None;
import dev.reft.checkpoint.template.Values.PyDict;
import dev.reft.checkpoint.template.Values.PyList;
import dev.reft.checkpoint.template.Values.PyTuple;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The {@code tojson} filter as transformers defines it: Python's {@code json.dumps} without ASCII escapes. */
final class Json {
    private final TextBuilder out;
    private final boolean ascii;
    private final @Nullable Text indent;
    private final Text itemSeparator;
    private final Text keySeparator;
    private final boolean sorted;

    private Json(TextBuilder out, @Nullable Object[] options) {
        this.out = out;
        this.ascii = options[0] != null && Iterating.truthy(options[0]);
        this.indent = indent(out.budget(), options[1]);
        List<Object> separators = separators(options[2]);
        this.itemSeparator =
                separators.isEmpty() ? Text.trusted(indent == null ? ", " : ",") : Strings.require(separators.get(0));
        this.keySeparator = separators.isEmpty() ? Text.trusted(": ") : Strings.require(separators.get(1));
        this.sorted = options[3] != null && Iterating.truthy(options[3]);
    }

    static Text filter(Run run, Object value, Arguments arguments) {
        TextBuilder out = new TextBuilder(run.budget());
        new Json(out, arguments.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys")).write(value, 0);
        return out.build();
    }

    private static @Nullable Text indent(Budget budget, @Nullable Object given) {
        if (given == null || given instanceof None) {
            return null;
        }
        return given instanceof Text text
                ? text
                : new TextBuilder(budget)
                        .repeat(Text.trusted(" "), Arithmetic.toLong(given))
                        .build();
    }

    private static List<Object> separators(@Nullable Object given) {
        if (given == null || given instanceof None) {
            return List.of();
        }
        List<Object> items = given instanceof PyTuple tuple
                ? tuple.items()
                : given instanceof PyList list ? list.items() : List.of();
        if (items.size() != 2) {
            throw new Refusal("tojson() needs two separators");
        }
        return items;
    }

    private void write(Object value, int depth) {
        Budget.checkNesting(depth);
        if (value instanceof Text text) {
            string(text);
        } else if (value instanceof Boolean
                || value instanceof None
                || value instanceof Long
                || value instanceof Double) {
            out.append(scalar(value));
        } else if (value instanceof PyList list) {
            array(list.items(), depth);
        } else if (value instanceof PyTuple tuple) {
            array(tuple.items(), depth);
        } else if (value instanceof PyDict dict) {
            object(dict, depth);
        } else {
            throw new Refusal("an object of type '" + Values.type(value) + "' cannot be written as JSON");
        }
    }

    private static String scalar(Object value) {
        if (value instanceof Boolean flag) {
            return flag ? "true" : "false";
        } else if (value instanceof None) {
            return "null";
        } else if (value instanceof Double d && !Double.isFinite(d)) {
            return d.isNaN() ? "NaN" : d > 0 ? "Infinity" : "-Infinity";
        }
        return Printer.scalar(value);
    }

    private void array(List<Object> items, int depth) {
        out.append("[");
        for (int i = 0; i < items.size(); i++) {
            begin(i, depth + 1);
            write(items.get(i), depth + 1);
        }
        end(items.size(), depth);
        out.append("]");
    }

    private void object(PyDict dict, int depth) {
        List<PyDict.Entry> entries = new ArrayList<>(dict.entries());
        if (sorted) {
            entries.sort((a, b) -> Comparing.compare(out.budget(), a.key(), b.key()));
        }
        out.append("{");
        for (int i = 0; i < entries.size(); i++) {
            begin(i, depth + 1);
            Object key = entries.get(i).key();
            if (key instanceof PyTuple) {
                throw new Refusal("a tuple cannot be a key in JSON");
            }
            string(key instanceof Text text ? text : Text.trusted(scalar(key)));
            out.append(keySeparator);
            write(entries.get(i).value(), depth + 1);
        }
        end(entries.size(), depth);
        out.append("}");
    }

    private void begin(int index, int depth) {
        if (index > 0) {
            out.append(itemSeparator);
        }
        if (indent != null) {
            out.append("\n").repeat(indent, depth);
        }
    }

    private void end(int count, int depth) {
        if (indent != null && count > 0) {
            out.append("\n").repeat(indent, depth);
        }
    }

    private void string(Text text) {
        String value = text.value();
        out.append("\"");
        int start = 0;
        for (int i = 0; i < value.length(); i++) {
            @Nullable String escape = escape(value.charAt(i));
            if (escape != null) {
                out.append(text.slice(start, i));
                out.append(escape, !text.isTainted(i, i + 1));
                start = i + 1;
            }
        }
        out.append(text.slice(start, value.length()));
        out.append("\"");
    }

    private @Nullable String escape(char c) {
        return switch (c) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\f' -> "\\f";
            case '\b' -> "\\b";
            default -> c < ' ' || (ascii && c > 127) ? String.format("\\u%04x", (int) c) : null;
        };
    }
}
