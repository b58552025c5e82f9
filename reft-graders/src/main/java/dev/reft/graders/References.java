package dev.reft.graders;

import dev.reft.grading.Prompt;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The answers that a prompt accepts: {@link Prompt#reference}, and the texts under {@value #ATTRIBUTE} among its attributes, for data sets
 * that list several.
 */
public final class References {
    /** The attribute that holds further accepted answers: a collection of texts. */
    public static final String ATTRIBUTE = "references";

    private References() {}

    /**
     * All accepted answers.
     *
     * @param prompt the problem
     * @return the reference unless it is empty and there are others, then the others, at least one
     * @throws IllegalArgumentException if the attribute is no collection of texts
     */
    public static List<String> of(Prompt prompt) {
        Object further = prompt.attributes().get(ATTRIBUTE);
        if (further == null) {
            return List.of(prompt.reference());
        }
        if (!(further instanceof Collection<?> texts)) {
            throw new IllegalArgumentException(
                    "prompt '" + prompt.id() + "': attribute '" + ATTRIBUTE + "' is no collection but " + further);
        }
        List<String> all = new ArrayList<>();
        if (!prompt.reference().isEmpty() || texts.isEmpty()) {
            all.add(prompt.reference());
        }
        for (Object text : texts) {
            if (!(text instanceof String string)) {
                throw new IllegalArgumentException(
                        "prompt '" + prompt.id() + "': attribute '" + ATTRIBUTE + "' holds " + text + ", no text");
            }
            all.add(string);
        }
        return all;
    }
}
