package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Values.None;
import dev.reft.checkpoint.template.Values.PyDict;
import dev.reft.checkpoint.template.Values.PyList;
import dev.reft.text.Message;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns what a host hands over into a template's values; strings are untrusted unless marked. */
final class Conversion {
    private long size;

    /** How much was converted, for the budget of its rendering. */
    long size() {
        return size;
    }

    Object value(@Nullable Object given) {
        return value(given, 0);
    }

    private Object value(@Nullable Object given, int depth) {
        Budget.checkNesting(depth);
        size += 4;
        if (given == null) {
            return None.NONE;
        } else if (given instanceof String text) {
            size += text.length();
            return Text.untrusted(text);
        } else if (given instanceof ChatTemplate.Trusted trusted) {
            return Text.trusted(trusted.text());
        } else if (given instanceof Boolean) {
            return given;
        } else if (given instanceof Message message) {
            return message(message, depth);
        } else if (given instanceof Map<?, ?> map) {
            return dict(map, depth);
        } else if (given instanceof Collection<?> items) {
            List<Object> result = new ArrayList<>();
            for (Object item : items) {
                result.add(value(item, depth + 1));
            }
            return new PyList(result);
        } else if (given instanceof Number number) {
            return number(number);
        }
        throw new Refusal(
                "a " + given.getClass().getName()
                        + " cannot be given to a template; null, strings, numbers, booleans, maps, collections and messages can");
    }

    private static Object number(Number number) {
        if (number instanceof Double || number instanceof Float || number instanceof BigDecimal) {
            return number instanceof Float ? Double.valueOf(number.toString()) : (Object) number.doubleValue();
        } else if (number instanceof BigInteger big && big.bitLength() > 63) {
            throw Refusal.unsupported("an integer of more than 64 bits");
        }
        return number.longValue();
    }

    private PyDict dict(Map<?, ?> map, int depth) {
        PyDict dict = new PyDict();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            dict.put(value(entry.getKey(), depth + 1), value(entry.getValue(), depth + 1));
        }
        return dict;
    }

    private PyDict message(Message message, int depth) {
        PyDict dict = new PyDict();
        dict.put(Text.trusted("role"), role(message.role()));
        dict.put(Text.trusted("content"), value(message.content(), depth + 1));
        message.fields().forEach((key, item) -> dict.put(value(key, depth + 1), value(item, depth + 1)));
        return dict;
    }

    /** Templates build turn markers from roles, so a role that is a plain word is trusted. */
    private static Text role(String role) {
        boolean word = !role.isEmpty()
                && role.chars().allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '_' || c == '-'));
        return Text.of(role, word);
    }
}
