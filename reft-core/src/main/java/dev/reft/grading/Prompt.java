package dev.reft.grading;

import dev.reft.text.Message;
import java.util.List;
import java.util.Map;

/**
 * A problem to answer.
 *
 * @param id names the problem in the data set
 * @param input what the model reads
 * @param reference what a grader checks against, such as the right answer
 * @param attributes what else a grader reads
 */
public record Prompt(String id, Input input, String reference, Map<String, Object> attributes) {
    /** Copies the map. */
    public Prompt {
        attributes = Map.copyOf(attributes);
    }

    /** What the model reads. The type grows; callers keep a default branch. */
    public sealed interface Input {
        /**
         * Plain text.
         *
         * @param text the whole prompt
         */
        record Text(String text) implements Input {}

        /**
         * A chat, rendered by the model's template with the answer opened.
         *
         * @param messages the messages so far
         * @param variables for the template
         */
        record Chat(List<Message> messages, Map<String, Object> variables) implements Input {
            /** Copies both. */
            public Chat {
                messages = List.copyOf(messages);
                variables = Map.copyOf(variables);
            }
        }
    }

    /**
     * A plain text prompt.
     *
     * @param id names the problem
     * @param text what the model reads
     * @param reference what a grader checks against
     * @return the prompt
     */
    public static Prompt text(String id, String text, String reference) {
        return new Prompt(id, new Input.Text(text), reference, Map.of());
    }

    /**
     * A chat prompt.
     *
     * @param id names the problem
     * @param messages the messages so far
     * @param reference what a grader checks against
     * @return the prompt
     */
    public static Prompt chat(String id, List<Message> messages, String reference) {
        return new Prompt(id, new Input.Chat(messages, Map.of()), reference, Map.of());
    }
}
