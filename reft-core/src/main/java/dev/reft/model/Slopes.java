package dev.reft.model;

import java.util.Map;

/**
 * d loss / d output for each scored token, shaped like the scores.
 *
 * @param channels output -&gt; [row][n], for values [row][n + 1]; an absent output has slope zero and costs nothing
 */
public record Slopes(Map<Output, float[][]> channels) {
    /** Copies the map; the arrays change owner. */
    public Slopes {
        channels = Map.copyOf(channels);
    }

    /**
     * Checks that these slopes fit the scores they are for and hold finite numbers only.
     *
     * @param scores the scores of the pass
     * @throws IllegalArgumentException if an output was not asked for, a shape differs, or a slope is NaN or infinite;
     *     the message names output, row and token
     */
    public void checkAgainst(TokenScores scores) {
        Channels.checkShapes(scores.batch(), channels);
        for (Map.Entry<Output, float[][]> entry : channels.entrySet()) {
            if (!scores.channels().containsKey(entry.getKey())) {
                throw new IllegalArgumentException("slopes for " + entry.getKey() + ", but the pass was asked for "
                        + scores.channels().keySet());
            }
            float[][] rows = entry.getValue();
            for (int i = 0; i < rows.length; i++) {
                for (int t = 0; t < rows[i].length; t++) {
                    if (!Float.isFinite(rows[i][t])) {
                        throw new IllegalArgumentException(
                                entry.getKey() + " slope of row " + i + ", token " + t + " is " + rows[i][t]);
                    }
                }
            }
        }
    }
}
