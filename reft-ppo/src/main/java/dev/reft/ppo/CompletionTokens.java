package dev.reft.ppo;

import dev.reft.grading.Prompt;
import dev.reft.text.Message;
import dev.reft.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Token ids of completions that are given as text: the text's, and one end token where one is wanted. */
final class CompletionTokens {
    private final Tokenizer tokenizer;
    private final SftConfig config;

    CompletionTokens(Tokenizer tokenizer, SftConfig config) {
        this.tokenizer = tokenizer;
        this.config = config;
    }

    /** Empty for an empty text, which there is nothing to learn from. */
    int[] encode(String id, Prompt.Input input, int[] prompt, String completion, boolean ended) {
        int[] text = tokenizer.encode(completion);
        if (!ended || !config.appendEnd() || text.length == 0) {
            return text;
        }
        int end = end(id, input, prompt, completion);
        if (text[text.length - 1] == end) {
            return text;
        }
        int[] whole = Arrays.copyOf(text, text.length + 1);
        whole[text.length] = end;
        return whole;
    }

    /** The end token to train; with several, the configured one, or the one that the chat template ends a turn with. */
    private int end(String id, Prompt.Input input, int[] prompt, String completion) {
        Set<Integer> ends = tokenizer.endIds();
        if (config.endToken().isPresent()) {
            return config.endToken().getAsInt();
        } else if (ends.size() == 1) {
            return ends.iterator().next();
        } else if (input instanceof Prompt.Input.Chat chat) {
            List<Message> whole = new ArrayList<>(chat.messages());
            whole.add(Message.assistant(completion));
            int[] rendered = tokenizer.render(whole, false, chat.variables());
            for (int t = Math.min(prompt.length, rendered.length); t < rendered.length; t++) {
                if (ends.contains(rendered[t])) {
                    return rendered[t];
                }
            }
        }
        throw new IllegalArgumentException("example '" + id + "': which of the end tokens "
                + ends.stream().sorted().toList() + " ends an answer? Set SftConfig.endToken");
    }
}
