package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Values.DictView;
import dev.reft.checkpoint.template.Values.None;
import dev.reft.checkpoint.template.Values.PyDict;
import dev.reft.checkpoint.template.Values.PyList;
import dev.reft.checkpoint.template.Values.PyRange;
import dev.reft.checkpoint.template.Values.PyTuple;
import dev.reft.checkpoint.template.Values.Undefined;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's {@code str} and {@code repr}. */
final class Printer {
    private static final int DIGITS = 17;

    private Printer() {}

    /** What {@code {{ value }}} prints. */
    static Text str(Budget budget, Object value) {
        if (value instanceof Text text) {
            return text;
        } else if (value instanceof Undefined) {
            return Text.EMPTY;
        } else if (Comparing.isNumber(value) || value instanceof None) {
            String text = scalar(value);
            // Small texts weigh more than their characters.
            budget.memory(text.length() + 16);
            return Text.trusted(text);
        }
        return repr(budget, value);
    }

    static Text repr(Budget budget, Object value) {
        TextBuilder out = new TextBuilder(budget);
        repr(out, value, 0);
        return out.build();
    }

    private static void repr(TextBuilder out, Object value, int depth) {
        Budget.checkNesting(depth);
        if (value instanceof Text text) {
            quote(out, Strings.plain(text));
        } else if (value instanceof Boolean
                || value instanceof None
                || value instanceof Long
                || value instanceof Double) {
            out.append(scalar(value));
        } else if (value instanceof PyList list) {
            items(out.append("["), list.items(), depth);
            out.append("]");
        } else if (value instanceof PyTuple tuple) {
            items(out.append("("), tuple.items(), depth);
            out.append(tuple.items().size() == 1 ? ",)" : ")");
        } else if (value instanceof PyDict dict) {
            dict(out, dict, depth);
        } else if (value instanceof PyRange range) {
            out.append("range(" + range.start() + ", " + range.stop() + (range.step() == 1 ? "" : ", " + range.step())
                    + ")");
        } else if (value instanceof DictView view) {
            items(out.append("dict_" + view.kind() + "(["), view.items(), depth);
            out.append("])");
        } else if (value instanceof Undefined) {
            out.append("Undefined");
        } else {
            throw Refusal.unsupported("printing a " + Values.type(value));
        }
    }

    private static void items(TextBuilder out, List<Object> items, int depth) {
        String between = "";
        for (Object item : items) {
            out.append(between);
            repr(out, item, depth + 1);
            between = ", ";
        }
    }

    private static void dict(TextBuilder out, PyDict dict, int depth) {
        String between = "{";
        for (PyDict.Entry entry : dict.entries()) {
            out.append(between);
            repr(out, entry.key(), depth + 1);
            out.append(": ");
            repr(out, entry.value(), depth + 1);
            between = ", ";
        }
        out.append(dict.size() == 0 ? "{}" : "}");
    }

    /** None, booleans and numbers. */
    static String scalar(Object value) {
        if (value instanceof Boolean flag) {
            return flag ? "True" : "False";
        } else if (value instanceof Double d) {
            return number(d);
        }
        return value instanceof Long ? value.toString() : "None";
    }

    private static void quote(TextBuilder out, Text text) {
        String value = text.value();
        char quote = value.indexOf('\'') >= 0 && value.indexOf('"') < 0 ? '"' : '\'';
        out.append(String.valueOf(quote));
        int start = 0;
        for (int i = 0; i < value.length(); ) {
            int c = value.codePointAt(i);
            int next = i + Character.charCount(c);
            String escape = escape(c, quote);
            if (escape != null) {
                out.append(text.slice(start, i));
                out.append(escape, !text.isTainted(i, next));
                start = next;
            }
            i = next;
        }
        out.append(text.slice(start, value.length()));
        out.append(String.valueOf(quote));
    }

    private static @Nullable String escape(int c, char quote) {
        if (c == quote || c == '\\') {
            return "\\" + (char) c;
        } else if (c >= ' ' && c < 127) {
            return null;
        }
        return switch (c) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default ->
                isPrintable(c)
                        ? null
                        : c < 0x100
                                ? String.format("\\x%02x", c)
                                : c < 0x10000 ? String.format("\\u%04x", c) : String.format("\\U%08x", c);
        };
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> false;
            case Character.UNASSIGNED ->
                throw Refusal.unsupported(String.format(
                        "U+%04X, which this version of Unicode does not know, in a printed list or dict,", c));
            default -> true;
        };
    }

    /** The shortest decimal that reads back as the same number, in Python's notation. */
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        } else if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        } else if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal exact = new BigDecimal(Math.abs(value));
        BigDecimal shortest = exact;
        for (int digits = 1; digits <= DIGITS; digits++) {
            shortest = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (shortest.doubleValue() == Math.abs(value)) {
                break;
            }
        }
        String digits = shortest.unscaledValue().toString().replaceFirst("0+$", "");
        int point = shortest.precision() - shortest.scale();
        String body;
        if (point > -4 && point <= 16) {
            body = plain(digits, point);
        } else {
            int exponent = point - 1;
            String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
            body = mantissa + "e" + (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "")
                    + Math.abs(exponent);
        }
        return value < 0 ? "-" + body : body;
    }

    private static String plain(String digits, int point) {
        if (point <= 0) {
            return "0." + "0".repeat(-point) + digits;
        } else if (digits.length() <= point) {
            return digits + "0".repeat(point - digits.length()) + ".0";
        }
        return digits.substring(0, point) + "." + digits.substring(point);
    }
}
