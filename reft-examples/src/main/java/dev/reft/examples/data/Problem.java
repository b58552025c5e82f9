package dev.reft.examples.data;

/**
 * A word problem.
 *
 * @param id names it within its data set; not blank
 * @param kind what kind of problem it is, for accuracies by kind; "" if unknown
 * @param question the text to answer; not blank
 * @param chain the chain of thought without the closing answer, or "" if only the answer is known
 * @param answer the right answer; not blank
 */
public record Problem(String id, String kind, String question, String chain, String answer) {
    /**
     * Checks the texts.
     *
     * @throws IllegalArgumentException if the id, the question or the answer is blank
     */
    public Problem {
        if (id.isBlank()) {
            throw new IllegalArgumentException("a problem without an id: '" + question + "'");
        }
        if (question.isBlank() || answer.isBlank()) {
            throw new IllegalArgumentException(
                    "problem '" + id + "' has question '" + question + "' and answer '" + answer + "'");
        }
    }

    /**
     * Whether supervised training can use it.
     *
     * @return true if a chain of thought is known
     */
    public boolean hasChain() {
        return !chain.isBlank();
    }

    /**
     * The same problem without its chain of thought.
     *
     * @return a problem that only reinforcement can use
     */
    public Problem withoutChain() {
        return new Problem(id, kind, question, "", answer);
    }
}
