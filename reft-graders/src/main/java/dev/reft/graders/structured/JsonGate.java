package dev.reft.graders.structured;

import java.util.Optional;

/** A condition on an answer's JSON text, such as {@link JsonSchemaGate}; called from several threads at once. */
@FunctionalInterface
public interface JsonGate {
    /** Lets everything through. */
    JsonGate OPEN = json -> Optional.empty();

    /**
     * What is wrong with an answer.
     *
     * @param json valid JSON
     * @return what is wrong; empty if the answer may pass
     */
    Optional<String> refuses(String json);
}
