package dev.reft.graders.instructions;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The arguments of one instruction, read with the names, types and ranges that it expects. */
final class Arguments {
    private final String owner;
    private final Map<String, Object> values;

    /**
     * Arguments as a data set gives them.
     *
     * @param owner the instruction's name, for messages
     * @param values by name; null values count as absent, as data sets list all names for all instructions
     */
    Arguments(String owner, Map<String, ?> values) {
        this.owner = owner;
        this.values = new HashMap<>();
        values.forEach((name, value) -> {
            if (value != null) {
                this.values.put(name, value);
            }
        });
    }

    /** Refuses arguments that the instruction does not know: a typing error must not go unnoticed. */
    void allow(Set<String> names) {
        for (String name : values.keySet()) {
            if (!names.contains(name)) {
                throw new IllegalArgumentException(owner + " has no argument '" + name + "'; it has " + names);
            }
        }
    }

    String text(String name) {
        if (required(name) instanceof String text) {
            return text;
        }
        throw wrong(name, "must be a text");
    }

    String filledText(String name) {
        String text = text(name);
        if (text.isBlank()) {
            throw wrong(name, "must not be blank");
        }
        return text;
    }

    /** A text, or a list whose first text counts: published data holds both. */
    String firstText(String name) {
        if (required(name) instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof String text) {
            return text;
        }
        return filledText(name);
    }

    /** One character, lower or upper case. */
    int letter(String name) {
        String text = text(name).strip();
        if (text.codePointCount(0, text.length()) != 1) {
            throw wrong(name, "must be a single character");
        }
        return text.codePointAt(0);
    }

    List<String> texts(String name) {
        if (!(required(name) instanceof List<?> list) || list.isEmpty()) {
            throw wrong(name, "must be a list of texts, not empty");
        }
        List<String> texts = new ArrayList<>();
        for (Object item : list) {
            if (!(item instanceof String text)) {
                throw wrong(name, "must hold texts only");
            }
            texts.add(text);
        }
        return List.copyOf(texts);
    }

    int number(String name, int least) {
        if (required(name) instanceof Number number
                && number.doubleValue() == Math.rint(number.doubleValue())
                && number.doubleValue() >= least
                && number.doubleValue() <= Integer.MAX_VALUE) {
            return number.intValue();
        }
        throw wrong(name, "must be a whole number from " + least);
    }

    /** IFEval's relations: "less than" and "at least". */
    Threshold threshold(String number, String relation) {
        int bound = number(number, 0);
        return switch (text(relation)) {
            case "less than" -> count -> count < bound;
            case "at least" -> count -> count >= bound;
            default -> throw wrong(relation, "must be 'less than' or 'at least'");
        };
    }

    IllegalArgumentException wrong(String name, String why) {
        return new IllegalArgumentException(
                owner + ": argument '" + name + "' " + why + ", but is " + values.get(name));
    }

    private Object required(String name) {
        Object value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(owner + " needs the argument '" + name + "', got " + values.keySet());
        }
        return value;
    }

    /** Whether a count is as many as asked for. */
    @FunctionalInterface
    interface Threshold {
        boolean admits(int count);
    }
}
