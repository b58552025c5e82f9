package dev.reft.ppo;

import dev.reft.grading.Prompt;
import dev.reft.text.Tokenizer;
import java.util.Map;

/** Token ids of prompts. */
final class Prompts {
    private Prompts() {}

    static int[] encode(Tokenizer tokenizer, Prompt prompt) {
        int[] tokens = encode(tokenizer, prompt.input());
        if (tokens.length == 0) {
            throw new IllegalArgumentException("prompt '" + prompt.id() + "' has no token");
        }
        return tokens;
    }

    /** An example's prompt. */
    static Prompt of(SftExample example) {
        return new Prompt(example.id(), example.input(), "", Map.of());
    }

    private static int[] encode(Tokenizer tokenizer, Prompt.Input input) {
        if (input instanceof Prompt.Input.Text text) {
            return tokenizer.encodePrompt(text.text());
        } else if (input instanceof Prompt.Input.Chat chat) {
            return tokenizer.render(chat.messages(), true, chat.variables());
        }
        throw new IllegalArgumentException(
                "cannot encode a prompt of the kind " + input.getClass().getName());
    }
}
