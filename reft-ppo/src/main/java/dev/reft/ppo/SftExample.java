package dev.reft.ppo;

import dev.reft.grading.Prompt;
import dev.reft.text.Message;
import java.util.List;
import java.util.Map;

/**
 * A problem with an answer to imitate, such as a question and a chain of thought.
 *
 * @param id names the example in the data set, for messages
 * @param input what the model reads; not trained
 * @param completion what it is to answer, without an end token: that is added as a trained token
 */
public record SftExample(String id, Prompt.Input input, String completion) {
    /**
     * An example whose prompt is plain text.
     *
     * @param id names the example
     * @param prompt what the model reads
     * @param completion what it is to answer
     * @return the example
     */
    public static SftExample text(String id, String prompt, String completion) {
        return new SftExample(id, new Prompt.Input.Text(prompt), completion);
    }

    /**
     * An example whose prompt is a chat.
     *
     * @param id names the example
     * @param messages the messages so far
     * @param completion the assistant's answer
     * @return the example
     */
    public static SftExample chat(String id, List<Message> messages, String completion) {
        return new SftExample(id, new Prompt.Input.Chat(messages, Map.of()), completion);
    }
}
