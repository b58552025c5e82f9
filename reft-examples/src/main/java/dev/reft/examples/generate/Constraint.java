package dev.reft.examples.generate;

import java.util.Map;

/**
 * A constraint that a grader can check.
 *
 * @param name IFEval's id, such as {@code "keywords:existence"}
 * @param arguments by their published names
 * @param sentence what the prompt says
 */
public record Constraint(String name, Map<String, Object> arguments, String sentence) {
    /** Copies the map. */
    public Constraint {
        arguments = Map.copyOf(arguments);
    }
}
