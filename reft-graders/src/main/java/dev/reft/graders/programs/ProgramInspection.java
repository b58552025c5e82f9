package dev.reft.graders.programs;

import java.util.List;
import java.util.Map;

/**
 * What a program says without being run.
 *
 * @param syntaxError why it does not compile, or ""
 * @param modules top-level names of the modules that it imports anywhere, sorted
 * @param functions its top-level functions, each with the number of arguments it must and may be called with by position
 */
public record ProgramInspection(String syntaxError, List<String> modules, Map<String, Arity> functions) {
    /** Copies the collections. */
    public ProgramInspection {
        modules = List.copyOf(modules);
        functions = Map.copyOf(functions);
    }

    /**
     * How a function may be called.
     *
     * @param least arguments that it must get by position
     * @param most arguments that it may get by position; {@link Integer#MAX_VALUE} with {@code *args}
     * @param keywords arguments that it must get by name
     */
    public record Arity(int least, int most, int keywords) {
        /**
         * Whether a call with so many arguments by position is possible.
         *
         * @param count how many
         * @return true if it is
         */
        public boolean admits(int count) {
            return count >= least && count <= most && keywords == 0;
        }
    }
}
