package dev.reft.graders.programs;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One test of a program. The type grows; callers keep a default branch. */
public sealed interface CodeTest {
    /**
     * Statements that use the program's names, passed if they end without an exception. What the test needs beyond the
     * program's functions it imports itself: Python's own names and the modules it takes attributes of are never the
     * program's.
     *
     * @param code such as {@code assert f(1) == 42}
     */
    record Assertion(String code) implements CodeTest {}

    /**
     * An input and what the program must print for it.
     *
     * @param input standard input
     * @param output expected standard output; it stays in the JVM
     */
    record Exchange(String input, String output) implements CodeTest {}

    /**
     * Reads tests as data sets have them: a list of texts (assertions) or of maps with {@code input} and {@code output}.
     * Nothing encoded is ever decoded.
     *
     * @param tests such as the attribute {@code tests} of a prompt
     * @return the tests, in order
     * @throws IllegalArgumentException naming what is neither
     */
    static List<CodeTest> read(Object tests) {
        if (!(tests instanceof List<?> list)) {
            throw new IllegalArgumentException(
                    "tests are not a list but " + name(tests) + "; encoded tests (pickle, base64) are not read");
        }
        List<CodeTest> read = new ArrayList<>();
        for (Object test : list) {
            if (test instanceof String code) {
                read.add(new Assertion(code));
            } else if (test instanceof Map<?, ?> map
                    && map.get("input") instanceof String input
                    && map.get("output") instanceof String output) {
                read.add(new Exchange(input, output));
            } else {
                throw new IllegalArgumentException("test " + read.size() + " is neither a text nor a map with the texts"
                        + " 'input' and 'output' but " + name(test));
            }
        }
        return read;
    }

    private static String name(Object value) {
        return value == null ? "null" : value.getClass().getSimpleName() + " " + Runs.excerpt(value.toString());
    }
}
