package dev.reft.ppo;

import dev.reft.grading.Prompt;
import dev.reft.text.Message;
import dev.reft.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Prompts with their answers as token ids, for models that judge both together. */
final class Transcripts {
    private Transcripts() {}

    /**
     * The row of a reward model, in its own tokens: a chat by its template with the answer as the assistant's message, a plain
     * text followed by the answer's text and the model's end token where it has exactly one.
     *
     * @param tokenizer the judging model's
     * @param prompt the problem
     * @param answer its answer's text
     * @param ended whether the answer was not cut off, and so gets an end token after a plain text
     * @return a new array
     * @throws IllegalArgumentException if the prompt is neither text nor a chat
     */
    static int[] tokens(Tokenizer tokenizer, Prompt prompt, String answer, boolean ended) {
        if (prompt.input() instanceof Prompt.Input.Chat chat) {
            List<Message> messages = new ArrayList<>(chat.messages());
            messages.add(Message.assistant(answer));
            return tokenizer.render(messages, false, chat.variables());
        }
        if (prompt.input() instanceof Prompt.Input.Text text) {
            int[] question = tokenizer.encodePrompt(text.text());
            int[] reply = tokenizer.encode(answer);
            Set<Integer> ends = tokenizer.endIds();
            int[] end = ended && ends.size() == 1 ? new int[] {ends.iterator().next()} : new int[0];
            int[] all = Arrays.copyOf(question, question.length + reply.length + end.length);
            System.arraycopy(reply, 0, all, question.length, reply.length);
            System.arraycopy(end, 0, all, question.length + reply.length, end.length);
            return all;
        }
        throw new IllegalArgumentException("prompt '" + prompt.id() + "' is neither text nor a chat");
    }
}
