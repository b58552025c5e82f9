package dev.reft.graders.programs;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a backend is and what it proved about its protections when it was opened.
 *
 * @param backend which backend
 * @param python its Python's version, such as {@code 3.13.0}
 * @param protections each protection with what was found, such as {@code landlock} to {@code version 7}
 */
public record SandboxReport(Backend backend, String python, Map<String, String> protections) {
    /** Copies the map. */
    public SandboxReport {
        protections = Map.copyOf(protections);
    }

    @Override
    public String toString() {
        return backend + ", Python " + python + ": "
                + new TreeMap<>(protections)
                        .entrySet().stream()
                                .map(e -> e.getKey() + " " + e.getValue())
                                .collect(Collectors.joining(", "));
    }
}
