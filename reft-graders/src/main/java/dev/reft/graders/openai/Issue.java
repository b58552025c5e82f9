package dev.reft.graders.openai;

/**
 * Something that a grader's JSON has and should not, or lacks.
 *
 * @param severity whether the grader can be used
 * @param code {@code invalid_grader}, {@code formula_parse_error}, {@code invalid_variable_error}, or {@code empty_reference}
 * @param path which field, such as {@code grader.graders.name.operation}
 * @param message what is wrong, with the value
 */
public record Issue(Severity severity, String code, String path, String message) {
    /** The code of what does not follow the schema. */
    public static final String INVALID_GRADER = "invalid_grader";

    /** The code of a reference that is blank in the data: what contains nothing or resembles nothing says nothing about a sample. */
    public static final String EMPTY_REFERENCE = "empty_reference";

    /** How bad it is. */
    public enum Severity {
        /** No use of the grader. */
        ERROR,
        /** OpenAI's schema refuses it; a lenient reading knows what is meant. */
        STRICT,
        /** Allowed and strange. */
        WARNING
    }

    @Override
    public String toString() {
        return path + ": " + message;
    }
}
