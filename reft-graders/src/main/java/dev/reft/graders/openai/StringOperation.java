package dev.reft.graders.openai;

import dev.reft.graders.PythonCase;
import java.util.Locale;
import java.util.concurrent.TimeoutException;

/** How a string check compares. */
public enum StringOperation {
    /** Equal, upper and lower case kept apart, nothing trimmed or normalised. */
    EQ,
    /** Not equal. */
    NE,
    /** The input contains the reference; no wildcards. */
    LIKE,
    /** The input contains the reference, both in lower case (a sharp s stays one). */
    ILIKE;

    /**
     * Compares.
     *
     * @param input the text that is checked
     * @param reference what it is checked against
     * @return whether it holds
     * @throws TimeoutException if the grading's time is over
     */
    public boolean holds(String input, String reference) throws TimeoutException {
        return switch (this) {
            case EQ -> input.equals(reference);
            case NE -> !input.equals(reference);
            case LIKE -> Containment.contains(input, reference);
            case ILIKE -> Containment.contains(PythonCase.lower(input), PythonCase.lower(reference));
        };
    }

    /**
     * OpenAI's name.
     *
     * @return such as {@code ilike}
     */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
