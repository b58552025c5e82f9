package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Values.Undefined;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Filters on numbers and their reading from strings. */
final class NumberFilters {
    private static final int LONGEST = 400;

    private NumberFilters() {}

    static void addTo(Map<String, Filters.Filter> all) {
        all.put("abs", NumberFilters::abs);
        all.put("int", NumberFilters::toInteger);
        all.put("float", NumberFilters::toFloat);
        all.put("round", NumberFilters::round);
    }

    private static Object abs(Run run, Object value, Arguments arguments) {
        arguments.none("abs");
        if (value instanceof Double d) {
            return Math.abs(d);
        }
        long number = Arithmetic.toLong(value);
        return number < 0 ? Arithmetic.negate(number) : (Object) number;
    }

    private static Object toInteger(Run run, Object value, Arguments arguments) {
        @Nullable Object[] given = arguments.bind("int", 0, "default", "base");
        Object otherwise = given[0] == null ? (Object) 0L : given[0];
        long base = given[1] == null ? 10 : Arithmetic.toLong(given[1]);
        if (value instanceof Undefined undefined) {
            throw undefined.used();
        } else if (value instanceof Long || value instanceof Boolean) {
            return Arithmetic.toLong(value);
        } else if (value instanceof Double d) {
            if (Double.isInfinite(d)) {
                throw new Refusal("cannot convert an infinite number to an integer");
            }
            return d.isNaN() ? otherwise : whole(new BigDecimal(d).toBigInteger());
        } else if (!(value instanceof Text text)) {
            return otherwise;
        } else {
            if (base != 10) {
                throw Refusal.unsupported("int() with base " + base);
            }
            String trimmed = trimmed(run, text);
            if (trimmed.length() > LONGEST) {
                throw Refusal.unsupported("a number of " + trimmed.length() + " characters");
            }
            @Nullable BigInteger integer = integer(trimmed);
            if (integer != null) {
                return whole(integer);
            }
            @Nullable Double number = number(trimmed);
            return number != null && Double.isFinite(number) ? whole(new BigDecimal(number).toBigInteger()) : otherwise;
        }
    }

    private static Object whole(BigInteger value) {
        if (value.bitLength() > 63) {
            throw Refusal.unsupported("an integer of more than 64 bits");
        }
        return value.longValue();
    }

    private static String trimmed(Run run, Text text) {
        String value = Strings.strip(run.budget(), text, null, true, true).value();
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) > 127 && Character.isDigit(value.codePointAt(i))) {
                throw Refusal.unsupported("a number in other digits than 0 to 9");
            }
        }
        return value;
    }

    private static @Nullable BigInteger integer(String text) {
        int start = text.startsWith("+") || text.startsWith("-") ? 1 : 0;
        String digits = text.substring(start);
        return areDigits(digits) ? new BigInteger(text.replace("_", "").replace("+", "")) : null;
    }

    /** Digits with single underscores between them. */
    private static boolean areDigits(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean between = c == '_' && i > 0 && i + 1 < text.length() && text.charAt(i - 1) != '_';
            if (!between && (c < '0' || c > '9')) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static @Nullable Double number(String text) {
        int at = text.startsWith("+") || text.startsWith("-") ? 1 : 0;
        double sign = text.startsWith("-") ? -1 : 1;
        String body = text.substring(at).toLowerCase(Locale.ROOT);
        switch (body) {
            case "inf", "infinity" -> {
                return sign * Double.POSITIVE_INFINITY;
            }
            case "nan" -> {
                return Double.NaN;
            }
            default -> {
                int e = body.indexOf('e');
                String mantissa = e < 0 ? body : body.substring(0, e);
                String exponent = e < 0 ? "0" : body.substring(e + 1);
                exponent = exponent.startsWith("+") || exponent.startsWith("-") ? exponent.substring(1) : exponent;
                int point = mantissa.indexOf('.');
                String whole = point < 0 ? mantissa : mantissa.substring(0, point);
                String fraction = point < 0 ? "" : mantissa.substring(point + 1);
                boolean valid = areDigits(exponent)
                        && (whole.isEmpty() || areDigits(whole))
                        && (fraction.isEmpty() || areDigits(fraction))
                        && !(whole.isEmpty() && fraction.isEmpty());
                return valid ? (Double) (sign * Double.parseDouble(body.replace("_", ""))) : null;
            }
        }
    }

    private static Object toFloat(Run run, Object value, Arguments arguments) {
        @Nullable Object[] given = arguments.bind("float", 0, "default");
        Object otherwise = given[0] == null ? (Object) 0.0 : given[0];
        if (value instanceof Undefined undefined) {
            throw undefined.used();
        } else if (Comparing.isNumber(value)) {
            return Arithmetic.toDouble(value);
        } else if (value instanceof Text text) {
            String trimmed = trimmed(run, text);
            if (trimmed.length() > LONGEST) {
                throw Refusal.unsupported("a number of " + trimmed.length() + " characters");
            }
            @Nullable Double number = number(trimmed);
            return number == null ? otherwise : number;
        }
        return otherwise;
    }

    private static Object round(Run run, Object value, Arguments arguments) {
        @Nullable Object[] given = arguments.bind("round", 0, "precision", "method");
        int precision = given[0] == null ? 0 : Arithmetic.toInt(given[0]);
        String method = given[1] == null ? "common" : Strings.require(given[1]).value();
        if (!method.equals("common") && !method.equals("ceil") && !method.equals("floor")) {
            throw new Refusal("method must be common, ceil or floor");
        } else if (Math.abs(precision) > 20) {
            throw Refusal.unsupported("rounding to " + precision + " digits");
        } else if (value instanceof Double d && !Double.isFinite(d)) {
            throw Refusal.unsupported("rounding an infinite number");
        }
        if (!method.equals("common")) {
            double scale = Math.pow(10, precision);
            double scaled = Arithmetic.toDouble(value) * scale;
            double result = method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled);
            // math.ceil gives an integer, which has no negative zero.
            return (result + 0.0) / scale;
        } else if (value instanceof Double d) {
            double rounded = new BigDecimal(d)
                    .setScale(precision, RoundingMode.HALF_EVEN)
                    .doubleValue();
            return rounded == 0 ? Math.copySign(0.0, d) : rounded;
        }
        long number = Arithmetic.toLong(value);
        return precision >= 0
                ? (Object) number
                : whole(BigDecimal.valueOf(number)
                        .setScale(precision, RoundingMode.HALF_EVEN)
                        .toBigInteger());
    }
}
