package dev.reft.onnx;

import ai.onnxruntime.OrtException;
import dev.reft.model.ModelInfo;
import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Scores the rows of one batch: those of about one length together, padded behind, where padding changes nothing. A row that is
 * longer than a pass is read piece by piece, if the graph has a cache.
 */
final class Scoring {
    /** The shortest row of a pass has at least this share of the longest one's tokens. */
    private static final double SIMILAR = 0.8;

    private final Graph graph;
    private final Passes passes;
    private final ModelInfo info;
    private final TokenBatch batch;
    private final Set<Output> wanted;
    private final Passes.Wanted outputs;
    private final Map<Output, float[][]> channels = new EnumMap<>(Output.class);

    Scoring(Graph graph, Passes passes, ModelInfo info, TokenBatch batch, Set<Output> wanted) {
        this.graph = graph;
        this.passes = passes;
        this.info = info;
        this.batch = batch;
        this.wanted = wanted;
        this.outputs = new Passes.Wanted(
                wanted.contains(Output.LOG_PROB) || wanted.contains(Output.ENTROPY),
                wanted.contains(Output.VALUE) || wanted.contains(Output.DETACHED_VALUE),
                false);
        for (Output output : wanted) {
            float[][] rows = new float[batch.size()][];
            Arrays.setAll(rows, i -> new float[output.length(batch.row(i).scored().length)]);
            channels.put(output, rows);
        }
    }

    TokenScores run() throws OrtException {
        List<Integer> order = IntStream.range(0, batch.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> -length(i)))
                .toList();
        int from = 0;
        while (from < order.size()) {
            int longest = length(order.get(from));
            int to = from + 1;
            while (to < order.size()
                    && (long) (to + 1 - from) * longest <= info.tokensPerPass()
                    && length(order.get(to)) >= SIMILAR * longest) {
                to++;
            }
            if (longest > info.tokensPerPass() && !graph.cache().isEmpty()) {
                inPieces(order.get(from));
            } else {
                together(order.subList(from, to), longest);
            }
            from = to;
        }
        return new TokenScores(batch, channels);
    }

    private int length(int row) {
        return batch.row(row).tokens().length;
    }

    private void together(List<Integer> rows, int longest) throws OrtException {
        long[] ids = new long[rows.size() * longest];
        long[] positions = new long[ids.length];
        long[] mask = new long[ids.length];
        for (int r = 0; r < rows.size(); r++) {
            int[] tokens = batch.row(rows.get(r)).tokens();
            for (int t = 0; t < longest; t++) {
                int at = r * longest + t;
                ids[at] = t < tokens.length ? tokens[t] : 0;
                positions[at] = t < tokens.length ? t : 0;
                mask[at] = t < tokens.length ? 1 : 0;
            }
        }
        Passes.Result result = passes.run(new Passes.Tokens(rows.size(), longest, ids, positions, mask), null, outputs);
        for (int r = 0; r < rows.size(); r++) {
            take(rows.get(r), result, (long) r * longest, 0, longest);
        }
    }

    private void inPieces(int row) throws OrtException {
        int[] tokens = batch.row(row).tokens();
        Passes.Wanted all = new Passes.Wanted(outputs.logits(), outputs.values(), true);
        @Nullable Cache cache = null;
        try {
            for (int from = 0; from < tokens.length; from += info.tokensPerPass()) {
                int to = Math.min(tokens.length, from + info.tokensPerPass());
                Passes.Result result = passes.run(piece(tokens, from, to), cache, all);
                if (cache != null) {
                    cache.close();
                }
                cache = result.cache();
                take(row, result, 0, from, to);
            }
        } finally {
            if (cache != null) {
                cache.close();
            }
        }
    }

    /** Tokens of one row behind those that were read. */
    static Passes.Tokens piece(int[] tokens, int from, int to) {
        long[] ids = new long[to - from];
        long[] positions = new long[to - from];
        for (int t = from; t < to; t++) {
            ids[t - from] = tokens[t];
            positions[t - from] = t;
        }
        long[] mask = new long[to];
        Arrays.fill(mask, 1);
        return new Passes.Tokens(1, to - from, ids, positions, mask);
    }

    /** Takes what a pass over the positions from..to of a row says, the first of them standing at {@code at}. */
    private void take(int index, Passes.Result result, long at, int from, int to) {
        Row row = batch.row(index);
        int[] scored = row.scored();
        for (int s = 0; s < scored.length; s++) {
            int before = scored[s] - 1;
            if (before < from || before >= to) {
                continue;
            }
            if (outputs.logits()) {
                takeLogits(index, s, result.logits(), at + before - from, row);
            }
            takeValue(index, s, result.values(), at + before - from);
        }
        int last = row.tokens().length - 1;
        if (last >= from && last < to) {
            takeValue(index, scored.length, result.values(), at + last - from);
        }
    }

    private void takeLogits(int index, int s, FloatBuffer all, long token, Row row) {
        Logits logits = new Logits(all, token, info.vocabularySize(), row.temperature());
        if (wanted.contains(Output.LOG_PROB)) {
            put(Output.LOG_PROB, index, s, (float) logits.logProb(row.tokens()[row.scored()[s]]));
        }
        if (wanted.contains(Output.ENTROPY)) {
            put(Output.ENTROPY, index, s, (float) logits.entropy());
        }
    }

    private void takeValue(int index, int s, FloatBuffer values, long token) {
        for (Output output : List.of(Output.VALUE, Output.DETACHED_VALUE)) {
            if (wanted.contains(output)) {
                put(output, index, s, values.get(Math.toIntExact(token)));
            }
        }
    }

    private void put(Output output, int index, int s, float number) {
        float[][] rows = channels.get(output);
        if (rows != null) {
            rows[index][s] = number;
        }
    }
}
