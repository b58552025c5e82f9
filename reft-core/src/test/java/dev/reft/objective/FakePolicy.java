package dev.reft.objective;

import dev.reft.generation.Generation;
import dev.reft.model.ForwardPass;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelInfo;
import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Slopes;
import dev.reft.model.StepResult;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A policy whose outputs are read off a table by token id, and whose gradient is one number a token id and output. */
final class FakePolicy implements Policy {
    final Map<Output, double[]> gradients = new EnumMap<>(Output.class);
    final List<TokenBatch> forwards = new ArrayList<>();
    final List<TokenBatch> scorings = new ArrayList<>();
    int open;

    /** A made-up number for a state, between -2 and 0. */
    static float number(Output output, int token) {
        return (float) (-1 + Math.sin(3 * output.ordinal() + 0.7 * token));
    }

    private static TokenScores table(TokenBatch batch, Set<Output> wanted) {
        Map<Output, float[][]> channels = new EnumMap<>(Output.class);
        for (Output output : wanted) {
            float[][] rows = new float[batch.size()][];
            for (int i = 0; i < rows.length; i++) {
                int[] scored = batch.row(i).scored();
                rows[i] = new float[output.length(scored.length)];
                for (int t = 0; t < rows[i].length; t++) {
                    rows[i][t] = number(output, token(batch, i, t));
                }
            }
            channels.put(output, rows);
        }
        return new TokenScores(batch, channels);
    }

    private static int token(TokenBatch batch, int i, int t) {
        int[] scored = batch.row(i).scored();
        return t < scored.length ? batch.row(i).tokens()[scored[t]] : 0;
    }

    @Override
    public ForwardPass forward(TokenBatch batch, Set<Output> wanted) {
        forwards.add(batch);
        open++;
        TokenScores scores = table(batch, wanted);
        return new ForwardPass() {
            @Override
            public TokenScores scores() {
                return scores;
            }

            @Override
            public void backward(Slopes slopes) {
                slopes.checkAgainst(scores);
                slopes.channels().forEach((output, rows) -> {
                    double[] sums = gradients.computeIfAbsent(output, o -> new double[50]);
                    for (int i = 0; i < rows.length; i++) {
                        for (int t = 0; t < rows[i].length; t++) {
                            sums[token(batch, i, t)] += rows[i][t];
                        }
                    }
                });
            }

            @Override
            public void close() {
                open--;
            }
        };
    }

    @Override
    public TokenScores score(TokenBatch batch, Set<Output> wanted) {
        scorings.add(batch);
        return table(batch, wanted);
    }

    @Override
    public ModelInfo info() {
        return new ModelInfo("fake", 50, 100, 100, Set.of(Output.values()), 0);
    }

    @Override
    public StepResult step(StepSize size) {
        throw new AssertionError("not called here");
    }

    @Override
    public void discardGradients() {
        gradients.clear();
    }

    @Override
    public void restartOptimizer(Optimizer optimizer) {
        throw new AssertionError("not called here");
    }

    @Override
    public LanguageModel frozenCopy() {
        throw new AssertionError("not called here");
    }

    @Override
    public void export(Path directory) {
        throw new AssertionError("not called here");
    }

    @Override
    public void saveState(Path directory) {
        throw new AssertionError("not called here");
    }

    @Override
    public void restoreState(Path directory) {
        throw new AssertionError("not called here");
    }

    @Override
    public Generation generation() {
        throw new AssertionError("not called here");
    }

    @Override
    public Tokenizer tokenizer() {
        throw new AssertionError("not called here");
    }

    @Override
    public void close() {}
}
