package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Values.PyDict;
import dev.reft.checkpoint.template.Values.PyList;
import dev.reft.checkpoint.template.Values.PyRange;
import dev.reft.checkpoint.template.Values.PyTuple;
import dev.reft.checkpoint.template.Values.Undefined;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's two ways to fill in a format: {@code '%s' % x} and {@code '{}'.format(x)}. */
final class Formatting {
    private static final int MOST_PRECISION = 400;

    private final Budget budget;
    private final Text format;
    private final Object given;
    private final List<Object> values;
    private final TextBuilder out;
    private int at;
    private int used;

    private Formatting(Budget budget, Text format, Object given) {
        this.budget = budget;
        this.format = Strings.plain(format);
        this.given = given;
        this.values = given instanceof PyTuple tuple ? tuple.items() : List.of(given);
        this.out = new TextBuilder(budget);
    }

    static Text percent(Budget budget, Text format, Object given) {
        return new Formatting(budget, format, given).percent();
    }

    private Text percent() {
        String value = format.value();
        boolean named = false;
        while (at < value.length()) {
            int next = value.indexOf('%', at);
            next = next < 0 ? value.length() : next;
            out.append(format.slice(at, next));
            at = next + 1;
            if (next < value.length()) {
                named |= conversion(next);
            }
        }
        boolean mapping = given instanceof PyDict
                || given instanceof PyList
                || given instanceof PyRange
                || given instanceof Undefined;
        if (!named && used < values.size() && !mapping) {
            throw new Refusal("not all arguments converted during string formatting");
        }
        return out.build();
    }

    /** One conversion; returns whether it took its value by name. */
    private boolean conversion(int start) {
        @Nullable Object value = null;
        if (peek() == '(') {
            int close = format.value().indexOf(')', at);
            if (close < 0 || !(given instanceof PyDict dict)) {
                throw new Refusal("format requires a mapping");
            }
            Text key = format.slice(at + 1, close);
            if (key.value().indexOf('(') >= 0) {
                throw Refusal.unsupported("a parenthesis in a format's key");
            }
            value = dict.get(key);
            if (value == null) {
                throw new Refusal("the format's key '" + key + "' has no value");
            }
            at = close + 1;
        }
        boolean named = value != null;
        String flags = "";
        while ("-+ 0#".indexOf(peek()) >= 0) {
            flags += format.value().charAt(at++);
        }
        long width = digits();
        long precision = -1;
        if (peek() == '.') {
            at++;
            precision = digits();
        }
        char kind = peek();
        at++;
        if (kind == '%') {
            if (at - start != 2) {
                throw Refusal.unsupported("a width for %%");
            }
            out.append(format.slice(start, start + 1));
            return named;
        }
        field(named ? given(value) : next(), kind, flags, width, precision);
        return named;
    }

    private static Object given(@Nullable Object value) {
        return TextMethods.given(value);
    }

    private char peek() {
        if (at >= format.value().length()) {
            throw new Refusal("incomplete format");
        }
        return format.value().charAt(at);
    }

    private long digits() {
        long number = 0;
        while (peek() >= '0' && peek() <= '9') {
            number = Math.min(Integer.MAX_VALUE, 10 * number + peek() - '0');
            at++;
        }
        return number;
    }

    private Object next() {
        if (used >= values.size()) {
            throw new Refusal("not enough arguments for format string");
        }
        return values.get(used++);
    }

    private void field(Object value, char kind, String flags, long width, long precision) {
        boolean left = flags.contains("-");
        if (kind == 's' || kind == 'r') {
            Text text = kind == 's' ? Printer.str(budget, value) : Printer.repr(budget, value);
            Strings.plain(text);
            Text cut = precision >= 0 ? text.range(0, (int) Math.min(precision, text.size())) : text;
            out.append(Strings.pad(budget, cut, width, null, left ? 'l' : 'r'));
            return;
        }
        String body = number(value, kind, precision);
        String sign = "";
        if (body.startsWith("-")) {
            sign = "-";
            body = body.substring(1);
        } else if (flags.contains("+")) {
            sign = "+";
        } else if (flags.contains(" ")) {
            sign = " ";
        }
        if (flags.contains("#")) {
            throw Refusal.unsupported("the flag # in a format");
        }
        if (flags.contains("0") && !left) {
            long zeros = width - sign.length() - body.length();
            out.append(sign).repeat(Text.trusted("0"), zeros).append(body);
        } else {
            out.append(Strings.pad(budget, Text.trusted(sign + body), width, null, left ? 'l' : 'r'));
        }
    }

    private static String number(Object value, char kind, long precision) {
        if (!Comparing.isNumber(value)) {
            throw new Refusal("%" + kind + " needs a number, not '" + Values.type(value) + "'");
        } else if (value instanceof Double d && !Double.isFinite(d)) {
            throw Refusal.unsupported("an infinite number in a format");
        }
        switch (kind) {
            case 'd', 'i', 'u' -> {
                if (precision >= 0) {
                    throw Refusal.unsupported("a precision for integers in a format");
                }
                return value instanceof Double d
                        ? new BigDecimal(d)
                                .setScale(0, RoundingMode.DOWN)
                                .toBigInteger()
                                .toString()
                        : Long.toString(Arithmetic.toLong(value));
            }
            case 'f', 'F' -> {
                if (precision > MOST_PRECISION) {
                    throw Refusal.unsupported("a precision of " + precision);
                }
                return fixed(Arithmetic.toDouble(value), precision < 0 ? 6 : (int) precision);
            }
            case 'x' -> {
                return Long.toString(Arithmetic.toLong(value), 16);
            }
            case 'o' -> {
                return Long.toString(Arithmetic.toLong(value), 8);
            }
            default -> throw Refusal.unsupported("the conversion %" + kind);
        }
    }

    private static String fixed(double value, int precision) {
        String body = new BigDecimal(Math.abs(value))
                .setScale(precision, RoundingMode.HALF_EVEN)
                .toPlainString();
        return value < 0 || (value == 0 && 1 / value < 0) ? "-" + body : body;
    }

    /** {@code str.format} with plain fields: numbers and names, no attributes and no format after a colon. */
    static Text braces(Budget budget, Text format, Arguments arguments) {
        TextBuilder out = new TextBuilder(budget);
        String value = format.value();
        int automatic = 0;
        boolean numbered = false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean doubled = i + 1 < value.length() && value.charAt(i + 1) == c;
            if (c != '{' && c != '}') {
                int next = i;
                while (next < value.length() && value.charAt(next) != '{' && value.charAt(next) != '}') {
                    next++;
                }
                out.append(format.slice(i, next));
                i = next - 1;
            } else if (doubled) {
                out.append(format.slice(i, i + 1));
                i++;
            } else {
                int close = value.indexOf('}', i);
                if (c == '}' || close < 0) {
                    throw new Refusal("single '" + c + "' in a format");
                }
                String field = value.substring(i + 1, close);
                numbered |= !field.isEmpty() && field.charAt(0) >= '0' && field.charAt(0) <= '9';
                Object item = item(arguments, field.isEmpty() ? Integer.toString(automatic++) : field);
                if (numbered && automatic > 0) {
                    throw new Refusal("both numbered and unnumbered fields in a format");
                }
                out.append(Strings.plain(Printer.str(budget, item)));
                i = close;
            }
        }
        return out.build();
    }

    private static Object item(Arguments arguments, String field) {
        @Nullable Object item = arguments.named().get(field);
        if (item == null
                && !field.isEmpty()
                && field.length() < 5
                && field.chars().allMatch(c -> c >= '0' && c <= '9')) {
            int index = Integer.parseInt(field);
            if (index >= arguments.positional().size()) {
                throw new Refusal("the format has no value for field " + index);
            }
            item = arguments.positional().get(index);
        }
        if (item == null) {
            throw Refusal.unsupported("the format field '{" + field + "}'");
        }
        return item;
    }
}
