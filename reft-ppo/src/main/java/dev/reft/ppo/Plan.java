package dev.reft.ppo;

import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.objective.Accumulation;
import dev.reft.random.Seeds;
import java.util.ArrayList;
import java.util.List;

/**
 * Which rows an optimiser step of an update takes, and in which cuts; a function of place, so that scoring can make the first
 * optimiser step's cuts before there is anything to learn, and all replicas agree.
 *
 * <p>Rows that do not count are in no step, so that dropping one more changes nothing for the others. No term of PPO
 * couples rows, so unlike the groups of an {@link Experience} rows of one prompt may come into different cuts.
 */
final class Plan {
    private final TokenBatch rows;
    private final int[] groups;
    private final int[] counted;
    private final int miniBatches;
    private final int tokensPerPass;
    private final long seed;
    private final long step;
    private final Team team;

    Plan(TokenBatch batch, boolean[] counted, PpoConfig config, int tokensPerPass, long step, Team team) {
        List<Row> all = new ArrayList<>();
        groups = new int[batch.size()];
        int count = 0;
        for (int i = 0; i < batch.size(); i++) {
            all.add(batch.row(i));
            groups[i] = batch.group(i);
            count += counted[i] ? 1 : 0;
        }
        this.rows = TokenBatch.of(all);
        this.counted = new int[count];
        for (int i = 0, c = 0; i < counted.length; i++) {
            if (counted[i]) {
                this.counted[c++] = i;
            }
        }
        this.miniBatches = Math.min(config.miniBatches(), Math.max(1, count));
        this.tokensPerPass = tokensPerPass;
        this.seed = config.seed();
        this.step = step;
        this.team = team;
    }

    /** All rows, each its own group; indices are those of the experience's batch. */
    TokenBatch rows() {
        return rows;
    }

    /** Number of rows that count. */
    int counted() {
        return counted.length;
    }

    /** Optimiser steps of an epoch: fewer than configured if there are fewer rows. */
    int miniBatches() {
        return miniBatches;
    }

    /** This rank's cuts of one optimiser step; possibly none. */
    List<TokenBatch> cuts(int epoch, int miniBatch) {
        // One mini-batch needs no shuffling: neighbours stay together, which share prompts.
        int[] order = miniBatches == 1
                ? identity(counted.length)
                : Seeds.permutation(counted.length, Seeds.at(seed, Seeds.Stream.SHUFFLE, step, "mini-batches", epoch));
        int from = (int) ((long) counted.length * miniBatch / miniBatches);
        int to = (int) ((long) counted.length * (miniBatch + 1) / miniBatches);
        List<Integer> mine = new ArrayList<>();
        for (int k = from; k < to; k++) {
            int row = counted[order[k]];
            if (team.owns(groups[row])) {
                mine.add(row);
            }
        }
        int[] chosen = mine.stream().mapToInt(Integer::intValue).toArray();
        return chosen.length == 0 ? List.of() : Accumulation.cuts(rows.select(chosen), tokensPerPass);
    }

    private static int[] identity(int size) {
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            order[i] = i;
        }
        return order;
    }
}
