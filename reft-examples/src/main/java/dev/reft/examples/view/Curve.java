package dev.reft.examples.view;

import java.util.List;

/**
 * A line of a chart.
 *
 * @param name for the legend
 * @param color any CSS colour
 * @param x ascending
 * @param y as many; NaN leaves a gap
 * @param smooth whether a running mean is drawn over the points, which then are faint
 */
public record Curve(String name, String color, List<Double> x, List<Double> y, boolean smooth) {
    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException if their lengths differ
     */
    public Curve {
        x = List.copyOf(x);
        y = List.copyOf(y);
        if (x.size() != y.size()) {
            throw new IllegalArgumentException("curve '" + name + "' has " + x.size() + " x and " + y.size() + " y");
        }
    }
}
