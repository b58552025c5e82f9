package dev.reft.model;

import java.util.Map;

/**
 * What a model said of a batch: one array of floats a row for each output asked for.
 *
 * @param batch the rows that were scored
 * @param channels output -&gt; [row][n]; for values [row][n + 1], n being the row's number of scored tokens. An output
 *     that was not asked for is absent
 */
public record TokenScores(TokenBatch batch, Map<Output, float[][]> channels) {
    /**
     * Checks that every channel has the batch's shape.
     *
     * @throws IllegalArgumentException naming the output and the row that has another length
     */
    public TokenScores {
        channels = Map.copyOf(channels);
        Channels.checkShapes(batch, channels);
    }

    /**
     * Log-probabilities of the scored tokens in nats, [row][n].
     *
     * @return the array itself, not a copy
     * @throws IllegalStateException if log-probabilities were not asked for
     */
    public float[][] logProbs() {
        return channel(Output.LOG_PROB);
    }

    /**
     * Entropies in nats, [row][n].
     *
     * @return the array itself, not a copy
     * @throws IllegalStateException if entropies were not asked for
     */
    public float[][] entropies() {
        return channel(Output.ENTROPY);
    }

    /**
     * Values, [row][n + 1]; those of {@link Output#DETACHED_VALUE} where only these were asked for.
     *
     * @return the array itself, not a copy
     * @throws IllegalStateException if values were not asked for
     */
    public float[][] values() {
        return channels.containsKey(Output.VALUE) ? channel(Output.VALUE) : channel(Output.DETACHED_VALUE);
    }

    private float[][] channel(Output output) {
        float[][] channel = channels.get(output);
        if (channel == null) {
            throw new IllegalStateException(output + " was not asked for; these scores hold " + channels.keySet());
        }
        return channel;
    }
}
