package dev.reft.examples.view;

import java.util.ArrayList;
import java.util.List;

/** An axis from a round number to a round number. */
record Scale(double low, double high, double step) {
    /** The smallest such axis that holds the values and has about so many ticks. */
    static Scale over(List<Double> values, int ticks) {
        double least = values.stream().mapToDouble(Double::doubleValue).min().orElse(0);
        double most = values.stream().mapToDouble(Double::doubleValue).max().orElse(1);
        double size = Math.max(Math.abs(least), Math.abs(most));
        // Below that, steps would drown in rounding.
        if (most - least <= 1e-9 * Math.max(size, 1e-9)) {
            double room = size < 1e-9 ? 1 : size / 2;
            least -= room;
            most += room;
        }
        double rough = (most - least) / ticks;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double unit = rough / power;
        double step = power * (unit <= 1 ? 1 : unit <= 2 ? 2 : unit <= 5 ? 5 : 10);
        return new Scale(Math.floor(least / step + 1e-9) * step, Math.ceil(most / step - 1e-9) * step, step);
    }

    double part(double value) {
        return (value - low) / (high - low);
    }

    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        long count = Math.round((high - low) / step);
        for (long i = 0; i <= count; i++) {
            // Multiples of the step, or the ticks would carry rounding dust into their labels.
            ticks.add(Math.round(low / step + i) * step);
        }
        return ticks;
    }
}
