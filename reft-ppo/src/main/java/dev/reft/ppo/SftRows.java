package dev.reft.ppo;

import dev.reft.math.Aggregation;
import dev.reft.math.Ragged;
import dev.reft.model.ModelInfo;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/** Rows of token ids from supervised examples: the completion's tokens and one end token are scored. */
final class SftRows {
    /** Rows that can be trained, and how many examples could not. */
    record Encoded(List<Row> rows, int skipped) {}

    private final Tokenizer tokenizer;
    private final CompletionTokens completions;
    private final SftConfig config;
    private final int longest;

    SftRows(Tokenizer tokenizer, ModelInfo info, SftConfig config) {
        this.tokenizer = tokenizer;
        this.config = config;
        completions = new CompletionTokens(tokenizer, config);
        longest = longest(info, config);
    }

    /** Most tokens of a row. */
    static int longest(ModelInfo info, SftConfig config) {
        return config.maxTokens() == 0 ? info.contextLength() : Math.min(config.maxTokens(), info.contextLength());
    }

    Encoded encode(List<SftExample> examples) {
        List<Row> rows = new ArrayList<>();
        int skipped = 0;
        for (SftExample example : examples) {
            int[] prompt = Prompts.encode(tokenizer, Prompts.of(example));
            int[] completion = completions.encode(example.id(), example.input(), prompt, example.completion(), true);
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

    /** One weight a scored token. */
    static float[][] weights(TokenBatch batch, Aggregation aggregation) {
        int[] lengths = new int[batch.size()];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = batch.row(i).scored().length;
        }
        return Ragged.floats(aggregation.weights(lengths));
    }
}
