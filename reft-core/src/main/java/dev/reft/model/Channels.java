package dev.reft.model;

import java.util.Map;

/** Shape checks shared by scores and slopes. */
final class Channels {
    private Channels() {}

    static void checkShapes(TokenBatch batch, Map<Output, float[][]> channels) {
        for (Map.Entry<Output, float[][]> entry : channels.entrySet()) {
            float[][] channel = entry.getValue();
            if (channel.length != batch.size()) {
                throw new IllegalArgumentException(
                        entry.getKey() + " has " + channel.length + " rows, the batch has " + batch.size());
            }
            for (int i = 0; i < channel.length; i++) {
                int wanted = entry.getKey().length(batch.row(i).scored().length);
                if (channel[i].length != wanted) {
                    throw new IllegalArgumentException(entry.getKey() + ", row " + i + " has " + channel[i].length
                            + " numbers, " + wanted + " expected");
                }
            }
        }
    }
}
