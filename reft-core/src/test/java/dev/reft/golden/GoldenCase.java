package dev.reft.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * One case of a golden file. Every input must be read and every expected number asserted: {@link #finish} fails on one
 * that was not.
 */
final class GoldenCase {
    final String id;
    private final JsonNode inputs;
    private final JsonNode expected;
    private final double absolute;
    private final double relative;
    private final double absolute32;
    private final double relative32;
    private final Set<String> unchecked = new LinkedHashSet<>();
    private final Set<String> unread = new LinkedHashSet<>();

    GoldenCase(JsonNode node, JsonNode tolerance) {
        id = node.get("id").asString();
        inputs = node.get("inputs");
        expected = node.get("expected");
        absolute = tolerance.get("float64").get("abs").asDouble();
        relative = tolerance.get("float64").get("rel").asDouble();
        absolute32 = tolerance.get("float32").get("abs").asDouble();
        relative32 = tolerance.get("float32").get("rel").asDouble();
        expected.propertyNames().forEach(unchecked::add);
        inputs.propertyNames().forEach(unread::add);
    }

    boolean has(String name) {
        unread.remove(name);
        return inputs.has(name) && !inputs.get(name).isNull();
    }

    JsonNode input(String name) {
        assertTrue(inputs.has(name), () -> id + " has no input " + name);
        unread.remove(name);
        return inputs.get(name);
    }

    String text(String name) {
        return input(name).asString();
    }

    double number(String name) {
        return input(name).asDouble();
    }

    double number(String name, double ifAbsent) {
        return has(name) ? number(name) : ifAbsent;
    }

    int integer(String name) {
        return input(name).asInt();
    }

    double[] numbers(String name) {
        return numbers(input(name));
    }

    double[][] rows(String name) {
        return rows(input(name));
    }

    int[] integers(String name) {
        return integers(input(name));
    }

    boolean[][] mask() {
        return mask(input("mask"));
    }

    static boolean[][] mask(JsonNode node) {
        boolean[][] mask = new boolean[node.size()][];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = new boolean[node.get(i).size()];
            for (int t = 0; t < mask[i].length; t++) {
                mask[i][t] = node.get(i).get(t).asInt() != 0;
            }
        }
        return mask;
    }

    static double[] numbers(JsonNode node) {
        double[] numbers = new double[node.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = node.get(i).asDouble();
        }
        return numbers;
    }

    static double[][] rows(JsonNode node) {
        double[][] rows = new double[node.size()][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = numbers(node.get(i));
        }
        return rows;
    }

    static int[] integers(JsonNode node) {
        int[] numbers = new int[node.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = node.get(i).asInt();
        }
        return numbers;
    }

    /** The text items of an input array, null where the file has null. */
    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (JsonNode item : input(name)) {
            texts.add(item.isNull() ? null : item.asString());
        }
        return texts;
    }

    JsonNode expected(String name) {
        assertTrue(expected.has(name), () -> id + " expects no " + name);
        unchecked.remove(name);
        return expected.get(name);
    }

    boolean expects(String name) {
        return expected.has(name);
    }

    void check(String name, double actual) {
        same(name, expected(name), actual);
    }

    void check(String name, double[] actual) {
        same(name, expected(name), actual);
    }

    void check(String name, double[][] actual) {
        same(name, expected(name), actual);
    }

    void same(String name, JsonNode wanted, double actual) {
        double want = wanted.asDouble();
        assertEquals(want, actual, absolute + relative * Math.abs(want), () -> id + " " + name);
    }

    void same(String name, JsonNode wanted, double[] actual) {
        assertEquals(wanted.size(), actual.length, () -> id + " " + name + ": length");
        for (int i = 0; i < actual.length; i++) {
            same(name + "[" + i + "]", wanted.get(i), actual[i]);
        }
    }

    void same(String name, JsonNode wanted, double[][] actual) {
        assertEquals(wanted.size(), actual.length, () -> id + " " + name + ": rows");
        for (int i = 0; i < actual.length; i++) {
            same(name + "[" + i + "]", wanted.get(i), actual[i]);
        }
    }

    /** Within the tolerance for numbers that went through 32-bit floats. */
    void nearly(String name, JsonNode wanted, double actual) {
        double want = wanted.asDouble();
        assertEquals(want, actual, absolute32 + relative32 * Math.abs(want), () -> id + " " + name + " in floats");
    }

    void nearly(String name, JsonNode wanted, double[] actual) {
        assertEquals(wanted.size(), actual.length, () -> id + " " + name + ": length");
        for (int i = 0; i < actual.length; i++) {
            nearly(name + "[" + i + "]", wanted.get(i), actual[i]);
        }
    }

    void finish() {
        assertTrue(unchecked.isEmpty(), () -> id + ": expected numbers that no test looked at: " + unchecked);
        assertTrue(unread.isEmpty(), () -> id + ": inputs that no test read: " + unread);
    }
}
