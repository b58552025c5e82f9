package dev.reft.graders.instructions;

/** One constraint on how a response is written: a pure function, called from several threads at once. */
@FunctionalInterface
public interface Instruction {
    /**
     * Whether a response keeps the constraint. The time it takes is linear in the length of the response.
     *
     * @param response any text; thinking sections are the caller's business
     * @return true if it does
     */
    boolean followedBy(String response);
}
