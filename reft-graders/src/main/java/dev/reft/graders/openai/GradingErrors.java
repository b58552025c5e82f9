package dev.reft.graders.openai;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong in a grading, in the shape of OpenAI's {@code metadata.errors}.
 *
 * @param flags the flags that are set
 * @param pythonServerErrorType the sandbox's complaint, or null
 * @param pythonRuntimeDetails the traceback of a python grader, or null
 * @param modelServerDetails why the grading model could not be asked, or null
 */
public record GradingErrors(
        Set<ErrorFlag> flags,
        @Nullable String pythonServerErrorType,
        @Nullable String pythonRuntimeDetails,
        @Nullable String modelServerDetails) {
    /** Nothing went wrong. */
    public static final GradingErrors NONE = new GradingErrors(Set.of(), null, null, null);

    /** Copies the set. */
    public GradingErrors {
        flags = Set.copyOf(flags);
    }

    /**
     * Whether nothing went wrong.
     *
     * @return true without a flag
     */
    public boolean isEmpty() {
        return flags.isEmpty();
    }

    static GradingErrors of(FlaggedException failure) {
        ErrorFlag flag = failure.flag();
        String details = failure.getMessage();
        return new GradingErrors(
                Set.of(flag),
                flag == ErrorFlag.PYTHON_GRADER_SERVER_ERROR ? details : null,
                flag == ErrorFlag.PYTHON_GRADER_RUNTIME_ERROR ? details : null,
                flag == ErrorFlag.MODEL_GRADER_SERVER_ERROR ? details : null);
    }

    /** The flags of both; of details the first. */
    GradingErrors and(GradingErrors other) {
        Set<ErrorFlag> both = EnumSet.noneOf(ErrorFlag.class);
        both.addAll(flags);
        both.addAll(other.flags);
        return new GradingErrors(
                both,
                pythonServerErrorType == null ? other.pythonServerErrorType : pythonServerErrorType,
                pythonRuntimeDetails == null ? other.pythonRuntimeDetails : pythonRuntimeDetails,
                modelServerDetails == null ? other.modelServerDetails : modelServerDetails);
    }

    /**
     * All 14 fields of OpenAI's object.
     *
     * @return flags as booleans, details as text or null
     */
    public Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (ErrorFlag flag : ErrorFlag.values()) {
            fields.put(flag.key(), flags.contains(flag));
        }
        fields.put("python_grader_server_error_type", pythonServerErrorType);
        fields.put("python_grader_runtime_error_details", pythonRuntimeDetails);
        fields.put("model_grader_server_error_details", modelServerDetails);
        return fields;
    }
}
