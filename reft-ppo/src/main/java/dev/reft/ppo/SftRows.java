package dev.reft.ppo;

import dev.reft.grading.Prompt;
import dev.reft.model.ModelInfo;
import dev.reft.model.Row;
import dev.reft.text.Message;
import dev.reft.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Rows of token ids from supervised examples: the completion's tokens and one end token are scored. */
final class SftRows {
    /** Rows that can be trained, and how many examples could not. */
    record Encoded(List<Row> rows, int skipped) {}

    private final Tokenizer tokenizer;
    private final SftConfig config;
    private final int longest;

    SftRows(Tokenizer tokenizer, ModelInfo info, SftConfig config) {
        this.tokenizer = tokenizer;
        this.config = config;
        longest = config.maxTokens() == 0 ? info.contextLength() : Math.min(config.maxTokens(), info.contextLength());
    }

    Encoded encode(List<SftExample> examples) {
        List<Row> rows = new ArrayList<>();
        int skipped = 0;
        for (SftExample example : examples) {
            int[] prompt = Prompts.encode(tokenizer, Prompts.of(example));
            int[] completion = completion(example, prompt);
            int length = prompt.length + completion.length;
            if (completion.length > 0 && length <= longest) {
                rows.add(Row.of(prompt, completion));
            } else if (config.unusable() == SftConfig.Unusable.SKIP) {
                skipped++;
            } else {
                throw new IllegalArgumentException("example '" + example.id() + "' has " + length + " tokens, "
                        + completion.length + " of them to train; at most " + longest
                        + " and at least one to train are wanted");
            }
        }
        return new Encoded(rows, skipped);
    }

    private int[] completion(SftExample example, int[] prompt) {
        int[] text = tokenizer.encode(example.completion());
        if (!config.appendEnd() || text.length == 0) {
            return text;
        }
        int end = end(example, prompt);
        if (text[text.length - 1] == end) {
            return text;
        }
        int[] ended = Arrays.copyOf(text, text.length + 1);
        ended[text.length] = end;
        return ended;
    }

    /** The end token to train; with several, the configured one, or the one that the chat template ends a turn with. */
    private int end(SftExample example, int[] prompt) {
        Set<Integer> ends = tokenizer.endIds();
        if (config.endToken().isPresent()) {
            return config.endToken().getAsInt();
        } else if (ends.size() == 1) {
            return ends.iterator().next();
        } else if (example.input() instanceof Prompt.Input.Chat chat) {
            List<Message> whole = new ArrayList<>(chat.messages());
            whole.add(Message.assistant(example.completion()));
            int[] rendered = tokenizer.render(whole, false, chat.variables());
            for (int t = Math.min(prompt.length, rendered.length); t < rendered.length; t++) {
                if (ends.contains(rendered[t])) {
                    return rendered[t];
                }
            }
        }
        throw new IllegalArgumentException("example '" + example.id() + "': which of the end tokens "
                + ends.stream().sorted().toList() + " ends an answer? Set SftConfig.endToken");
    }
}
