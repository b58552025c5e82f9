package dev.reft.graders.openai;

import java.util.Locale;

/** The error flags of OpenAI's {@code metadata.errors}. */
public enum ErrorFlag {
    /** The formula of a multi grader cannot be read. */
    FORMULA_PARSE_ERROR,
    /** The sample is no JSON, or not as its response format says. */
    SAMPLE_PARSE_ERROR,
    /** An observation was cut off. Never set here; kept for the shape. */
    TRUNCATED_OBSERVATION_ERROR,
    /** The sample has nothing to grade. Never set here; kept for the shape. */
    UNRESPONSIVE_REWARD_ERROR,
    /** A template's variable is neither in the item nor in the sample. */
    INVALID_VARIABLE_ERROR,
    /** Anything else: a formula without a finite value, an endpoint that did not answer. */
    OTHER_ERROR,
    /** The sandbox of a python grader failed. */
    PYTHON_GRADER_SERVER_ERROR,
    /** The grade function raised, ran out of time, or returned no finite number. */
    PYTHON_GRADER_RUNTIME_ERROR,
    /** The grading model could not be asked. */
    MODEL_GRADER_SERVER_ERROR,
    /** The grading model refused to answer. */
    MODEL_GRADER_REFUSAL_ERROR,
    /** The grading model's answer holds no verdict. */
    MODEL_GRADER_PARSE_ERROR;

    /**
     * OpenAI's name.
     *
     * @return such as {@code other_error}
     */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
