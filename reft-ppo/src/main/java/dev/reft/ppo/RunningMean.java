package dev.reft.ppo;

import java.util.Map;

/** The mean of all numbers so far, kept in checkpoints. */
final class RunningMean {
    private final double initial;
    private double sum;
    private long count;

    RunningMean(double initial) {
        this.initial = initial;
    }

    double mean() {
        return count == 0 ? initial : sum / count;
    }

    void add(double more, long numbers) {
        sum += more;
        count += numbers;
    }

    void write(Map<String, Object> fields) {
        fields.put("runningSum", CheckpointFields.bits(sum));
        fields.put("runningCount", count);
    }

    void read(CheckpointFields fields) {
        sum = fields.real("runningSum");
        count = fields.whole("runningCount");
    }
}
