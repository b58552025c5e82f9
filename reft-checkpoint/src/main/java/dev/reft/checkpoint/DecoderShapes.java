package dev.reft.checkpoint;

import dev.reft.checkpoint.AttentionConfig.QueryKeyNorm;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lists the tensors of a model. */
final class DecoderShapes {
    private final DecoderNames names;
    private final ModelConfig config;
    private final Map<String, List<Long>> shapes = new LinkedHashMap<>();

    DecoderShapes(DecoderNames names, ModelConfig config) {
        this.names = names;
        this.config = config;
    }

    Map<String, List<Long>> tensors() {
        long hidden = config.hiddenSize();
        long width = config.embeddingSize();
        boolean projects = width != hidden;
        String base = names.base();
        matrix(base + names.embedding(), config.vocabularySize(), width);
        if (config.positionRows() > 0) {
            matrix(base + names.positions(), config.positionRows(), hidden);
        }
        if (projects) {
            matrix(base + names.projectIn(), hidden, width);
        }
        for (int i = 0; i < config.layers(); i++) {
            layer(names.layer(i), hidden);
        }
        if (config.norm().last()) {
            norm(base + names.last(), hidden);
        }
        if (projects) {
            matrix(base + names.projectOut(), width, hidden);
        }
        if (!config.tiedEmbeddings()) {
            matrix(names.head(), config.vocabularySize(), width);
        }
        return shapes;
    }

    private void layer(String at, long hidden) {
        DecoderNames.Layer layer = names.layer();
        AttentionConfig attention = config.attention();
        FeedForwardConfig feedForward = config.feedForward();
        long q = attention.queryWidth();
        long k = attention.keyValueWidth();
        norm(at + layer.attentionNorm(), hidden);
        List<String> inputs = layer.attentionInput();
        if (inputs.size() == 1) {
            linear(at + inputs.get(0), q + 2 * k, hidden, attention.inputBias());
        } else {
            linear(at + inputs.get(0), q, hidden, attention.inputBias());
            linear(at + inputs.get(1), k, hidden, attention.inputBias());
            linear(at + inputs.get(2), k, hidden, attention.inputBias());
        }
        if (attention.queryKeyNorm() != QueryKeyNorm.NONE) {
            boolean whole = attention.queryKeyNorm() == QueryKeyNorm.WHOLE;
            shapes.put(at + layer.queryNorm() + ".weight", List.of(whole ? q : attention.headDim()));
            shapes.put(at + layer.keyNorm() + ".weight", List.of(whole ? k : attention.headDim()));
        }
        linear(at + layer.attentionOutput(), hidden, q, attention.outputBias());
        norm(at + layer.feedForwardNorm(), hidden);
        for (String input : layer.feedForwardInput()) {
            linear(at + input, feedForward.size(), hidden, feedForward.bias());
        }
        linear(at + layer.feedForwardOutput(), hidden, feedForward.size(), feedForward.bias());
    }

    private void norm(String name, long width) {
        shapes.put(name + ".weight", List.of(width));
        if (config.norm().kind() == NormConfig.Kind.LAYER) {
            shapes.put(name + ".bias", List.of(width));
        }
    }

    private void linear(String name, long out, long in, boolean biased) {
        shapes.put(name + ".weight", names.transposed() ? List.of(in, out) : List.of(out, in));
        if (biased) {
            shapes.put(name + ".bias", List.of(out));
        }
    }

    private void matrix(String name, long rows, long columns) {
        shapes.put(name + ".weight", List.of(rows, columns));
    }
}
