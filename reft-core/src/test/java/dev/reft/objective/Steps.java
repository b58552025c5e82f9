package dev.reft.objective;

import dev.reft.math.Aggregation;
import dev.reft.math.ClippedSurrogate;
import dev.reft.math.ClippedValue;
import dev.reft.math.KlEstimator;
import dev.reft.math.Ragged;
import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Made-up steps: a batch in groups of two whose rows interleave, and its arrays. */
final class Steps {
    static final PpoLoss ALL_TERMS =
            new PpoLoss(new ClippedSurrogate(0.2, 0.28, 2, 20), new ClippedValue(0.2), 0.7, 0.05, 0.3, KlEstimator.K3);

    final TokenBatch batch;
    final PpoTargets targets;
    /** The same, but every second row is also fitted to the state after its last token. */
    final PpoTargets withLastStates;

    final int[] lengths;

    Steps(int rows, long seed) {
        Random random = new Random(seed);
        List<Row> list = new ArrayList<>();
        lengths = new int[rows];
        int[] groups = new int[rows];
        boolean[] counted = new boolean[rows];
        for (int i = 0; i < rows; i++) {
            int[] completion = random.ints(random.nextInt(6), 1, 50).toArray();
            list.add(Row.of(random.ints(1 + random.nextInt(4), 1, 50).toArray(), completion));
            lengths[i] = completion.length;
            groups[i] = i % ((rows + 1) / 2);
            counted[i] = i % 5 != 3;
        }
        batch = TokenBatch.of(list, groups);
        float[][] old = random(random, lengths, 0, -2, 0);
        targets = new PpoTargets(
                old,
                random(random, lengths, 1, -1.5, 0.5),
                random(random, lengths, 0, -2, 0),
                random(random, lengths, 0, -2, 2),
                random(random, lengths, 0, -2, 1),
                Ragged.floats(new Aggregation.SequenceMean().weights(lengths, counted)));
        int[] states = new int[rows];
        for (int i = 0; i < rows; i++) {
            states[i] = lengths[i] + (lengths[i] > 0 && i % 2 == 0 ? 1 : 0);
        }
        withLastStates = new PpoTargets(
                old,
                targets.oldValues(),
                targets.referenceLogProbs(),
                targets.advantages(),
                random(random, states, 0, -2, 1),
                targets.weights(),
                Ragged.floats(new Aggregation.SequenceMean().weights(states, counted)));
    }

    static float[][] random(Random random, int[] lengths, int extra, double low, double high) {
        float[][] rows = new float[lengths.length][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = new float[lengths[i] + extra];
            for (int t = 0; t < rows[i].length; t++) {
                rows[i][t] = (float) (low + (high - low) * random.nextDouble());
            }
        }
        return rows;
    }

    /** Scores of the whole batch with room to write into. */
    TokenScores scores(Set<Output> outputs, long seed) {
        Random random = new Random(seed);
        Map<Output, float[][]> channels = new EnumMap<>(Output.class);
        for (Output output : Output.values()) {
            if (outputs.contains(output)) {
                channels.put(output, random(random, lengths, output.length(0), -2, 0));
            }
        }
        return new TokenScores(batch, channels);
    }
}
