package dev.reft.examples.data;

import dev.reft.grading.Prompt;
import java.util.Map;

/**
 * How a problem becomes text: what the model reads, and what it is taught to write.
 *
 * @param before text before the question
 * @param after text after the question, up to where the model goes on
 * @param trigger text between the chain of thought and the answer
 */
public record PromptFormat(String before, String after, String trigger) {
    /** The format of the ReFT paper's published code. */
    public static final PromptFormat PAPER =
            new PromptFormat("Question:\n", "\nAnswer reasoning:\n", "\nTherefore, the answer is: ");

    /** A format of few words for the generated problems. */
    public static final PromptFormat WORDS = new PromptFormat("", " =>", " answer ");

    /**
     * What the model reads.
     *
     * @param problem the problem
     * @return a text prompt with the right answer as reference and the kind as attribute {@code kind}
     */
    public Prompt prompt(Problem problem) {
        Prompt prompt = Prompt.text(problem.id(), before + problem.question() + after, problem.answer());
        return new Prompt(prompt.id(), prompt.input(), prompt.reference(), Map.of("kind", problem.kind()));
    }

    /**
     * What the model is taught to write.
     *
     * @param problem a problem with a chain of thought
     * @return the chain, the trigger and the answer
     * @throws IllegalArgumentException if the problem has no chain of thought
     */
    public String target(Problem problem) {
        if (!problem.hasChain()) {
            throw new IllegalArgumentException("problem '" + problem.id() + "' has no chain of thought");
        }
        return problem.chain() + trigger + problem.answer();
    }
}
