package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.grading.Prompt;
import dev.reft.model.ModelInfo;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows of token ids from prompts and responses. */
final class ResponseRows {
    /** Pairs that can be trained, their rows (2k chosen, 2k + 1 rejected; one group a pair), and how many could not. */
    record Pairs(List<PreferencePair> pairs, TokenBatch batch, int skipped) {
        /** What each pair counts if all together count one each: the weights divided by their mean. Equal ones are exactly 1. */
        double[] weights() {
            double[] weights = new double[pairs.size()];
            double greatest = 0;
            for (PreferencePair pair : pairs) {
                greatest = Math.max(greatest, pair.weight());
            }
            double sum = 0;
            for (int k = 0; k < weights.length; k++) {
                weights[k] = pairs.get(k).weight() / greatest; // so that no sum overflows
                sum += weights[k];
            }
            for (int k = 0; k < weights.length; k++) {
                weights[k] = weights[k] * weights.length / sum;
            }
            return weights;
        }

        /** What each pair's loss is multiplied with, so that the sum is the weighted mean. */
        double[] shares() {
            double[] shares = weights();
            for (int k = 0; k < shares.length; k++) {
                shares[k] /= shares.length;
            }
            return shares;
        }
    }

    /** Examples that can be trained, a row each, and how many could not. */
    record Labelled(List<LabelledResponse> examples, List<int[]> prompts, TokenBatch batch, int skipped) {}

    private final Tokenizer tokenizer;
    private final SftConfig config;
    private final CompletionTokens completions;
    private final int longest;
    private final boolean scored;

    /** With {@code scored} false rows score nothing: only the value after the last token is wanted of them. */
    ResponseRows(Tokenizer tokenizer, ModelInfo info, SftConfig config, boolean scored) {
        this.tokenizer = tokenizer;
        this.config = config;
        this.scored = scored;
        completions = new CompletionTokens(tokenizer, config);
        longest = SftRows.longest(info, config);
    }

    Pairs pairs(List<PreferencePair> pairs) {
        List<PreferencePair> kept = new ArrayList<>();
        List<Row> rows = new ArrayList<>();
        for (PreferencePair pair : pairs) {
            int[] prompt = Prompts.encode(tokenizer, pair.prompt());
            Row chosen = row(pair.prompt(), prompt, pair.chosen(), "chosen");
            Row rejected = row(pair.prompt(), prompt, pair.rejected(), "rejected");
            if (chosen != null && rejected != null) {
                kept.add(pair);
                rows.add(chosen);
                rows.add(rejected);
            }
        }
        int[] groups = new int[rows.size()];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = i / 2;
        }
        return new Pairs(kept, TokenBatch.of(rows, groups), pairs.size() - kept.size());
    }

    Labelled labelled(List<LabelledResponse> examples) {
        List<LabelledResponse> kept = new ArrayList<>();
        List<int[]> prompts = new ArrayList<>();
        List<Row> rows = new ArrayList<>();
        for (LabelledResponse example : examples) {
            int[] prompt = Prompts.encode(tokenizer, example.prompt());
            Row row = row(example.prompt(), prompt, example.response(), "response");
            if (row != null) {
                kept.add(example);
                prompts.add(prompt);
                rows.add(row);
            }
        }
        return new Labelled(kept, prompts, TokenBatch.of(rows), examples.size() - kept.size());
    }

    /** A response after any prompt; null if it cannot be trained and such are skipped. */
    @Nullable
    Row row(Prompt problem, int[] prompt, Response response, String side) {
        int[] completion = tokens(problem, prompt, response);
        int[] inCompletion = positions(response, completion.length);
        int length = prompt.length + completion.length;
        if (inCompletion.length == 0 || length > longest) {
            if (config.unusable() == SftConfig.Unusable.SKIP) {
                return null;
            }
            throw new IllegalArgumentException("example '" + problem.id() + "', " + side + ": " + length + " tokens, "
                    + inCompletion.length + " of them to train; at most " + longest
                    + " and at least one to train are wanted");
        }
        int[] tokens = new int[length];
        System.arraycopy(prompt, 0, tokens, 0, prompt.length);
        System.arraycopy(completion, 0, tokens, prompt.length, completion.length);
        int[] positions = new int[scored ? inCompletion.length : 0];
        for (int s = 0; s < positions.length; s++) {
            positions[s] = prompt.length + inCompletion[s];
        }
        return new Row(tokens, positions, 1f);
    }

    /** A row's response after another prompt; null if that is too long. */
    @Nullable
    Row moved(int[] prompt, int from, Row row) {
        int length = prompt.length + row.tokens().length - from;
        if (length > longest) {
            return null;
        }
        int[] tokens = Arrays.copyOf(prompt, length);
        System.arraycopy(row.tokens(), from, tokens, prompt.length, length - prompt.length);
        int[] positions = row.scored().clone();
        for (int s = 0; s < positions.length; s++) {
            positions[s] += prompt.length - from;
        }
        return new Row(tokens, positions, row.temperature());
    }

    /** Token ids of a response, with its end token. */
    int[] tokens(Prompt problem, int[] prompt, Response response) {
        if (response instanceof Response.Drawn drawn) {
            return drawn.completion().tokens();
        } else if (response instanceof Response.Text text) {
            return completions.encode(problem.id(), problem.input(), prompt, text.text(), text.ended());
        }
        throw new IllegalArgumentException("example '" + problem.id() + "': cannot encode a response of the kind "
                + response.getClass().getName());
    }

    private static int[] positions(Response response, int length) {
        if (response instanceof Response.Drawn drawn) {
            Completion completion = drawn.completion();
            return Rows.scored(completion);
        }
        int[] all = new int[length];
        for (int t = 0; t < length; t++) {
            all[t] = t;
        }
        return all;
    }
}
