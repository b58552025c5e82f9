package dev.reft.objective;

import dev.reft.math.Calibration;
import dev.reft.model.Output;
import dev.reft.model.Slopes;
import dev.reft.model.TokenScores;
import java.util.Map;

/** The value after each row's last token, which is its score, and the slopes of these values. */
final class LastValues {
    private final float[][] values;
    private final float[][] slopes;
    private final Output output;

    LastValues(TokenScores scores) {
        values = scores.values();
        slopes = new float[values.length][];
        for (int i = 0; i < slopes.length; i++) {
            slopes[i] = new float[values[i].length];
        }
        output = scores.channels().containsKey(Output.VALUE) ? Output.VALUE : Output.DETACHED_VALUE;
    }

    double score(int i) {
        return values[i][values[i].length - 1];
    }

    void slope(int i, double slope) {
        slopes[i][slopes[i].length - 1] = (float) slope;
    }

    Slopes slopes() {
        return new Slopes(Map.of(output, slopes));
    }

    /** Notes a prediction and whether it came true. */
    static void bin(Accumulator sums, double probability, boolean right) {
        if (Double.isNaN(probability)) {
            return; // the loss is NaN too, and whoever trains drops the step
        }
        int bin = Calibration.bin(probability, Calibration.BINS);
        sums.add(PreferenceSums.binCount(bin), 1);
        sums.add(PreferenceSums.binPredicted(bin), probability);
        sums.add(PreferenceSums.binRight(bin), right ? 1 : 0);
    }
}
