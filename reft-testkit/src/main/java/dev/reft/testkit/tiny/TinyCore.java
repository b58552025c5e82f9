package dev.reft.testkit.tiny;

import dev.reft.model.ModelInfo;
import dev.reft.model.Output;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.model.ValueHead;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The networks of a policy and where their weights lie; holds no weights itself. */
final class TinyCore {
    final TinyModel model;
    final CharacterTokenizer tokenizer;
    final Layout layout = new Layout();
    final Network actor;
    /** A critic of its own, or null where values are made on the actor's trunk or not at all. */
    final @Nullable Network critic;

    final ModelInfo info;

    TinyCore(TinyModel model, @Nullable TinyModel criticModel, ValueHead head, String id) {
        this.model = model;
        tokenizer = new CharacterTokenizer(model.alphabet());
        actor = new Network(layout, "actor", model, true, head instanceof ValueHead.Shared, false);
        critic = criticModel == null ? null : new Network(layout, "critic", criticModel, false, true, true);
        Set<Output> outputs = new HashSet<>(Set.of(Output.LOG_PROB, Output.ENTROPY));
        if (actor.valuePart >= 0 || critic != null) {
            outputs.add(Output.VALUE);
            outputs.add(Output.DETACHED_VALUE);
        }
        int context = criticModel == null ? model.context() : Math.min(model.context(), criticModel.context());
        info = new ModelInfo(id, model.vocabularySize(), context, 1 << 14, outputs, 0);
    }

    void check(TokenBatch batch, Set<Output> wanted) {
        if (wanted.isEmpty()) {
            throw new IllegalArgumentException("no output is wanted; this model gives " + info.outputs());
        }
        for (Output output : wanted) {
            if (!info.outputs().contains(output)) {
                throw new IllegalArgumentException(
                        "output " + output + " is not among " + info.outputs() + " of model " + info.id());
            }
        }
        for (int i = 0; i < batch.size(); i++) {
            int[] tokens = batch.row(i).tokens();
            if (tokens.length > info.contextLength()) {
                throw new IllegalArgumentException("row " + i + " has " + tokens.length
                        + " tokens, more than the context of " + info.contextLength());
            }
            checkTokens("row " + i, tokens);
        }
    }

    void checkTokens(String where, int[] tokens) {
        for (int t = 0; t < tokens.length; t++) {
            if (tokens[t] < 0 || tokens[t] >= info.vocabularySize()) {
                throw new IllegalArgumentException(where + ", token " + t + " is " + tokens[t]
                        + ", outside the vocabulary of " + info.vocabularySize());
            }
        }
    }

    /** Scores a batch row by row; hands each row's activations to {@code keep}. */
    TokenScores score(double[] weights, TokenBatch batch, Set<Output> wanted, List<RowPass> keep) {
        Map<Output, float[][]> channels = new EnumMap<>(Output.class);
        for (Output output : wanted) {
            channels.put(output, new float[batch.size()][]);
        }
        for (int i = 0; i < batch.size(); i++) {
            RowPass pass = new RowPass(this, weights, batch.row(i), wanted);
            for (Map.Entry<Output, float[][]> channel : channels.entrySet()) {
                channel.getValue()[i] = pass.output(weights, channel.getKey());
            }
            keep.add(pass);
        }
        return new TokenScores(batch, channels);
    }
}
