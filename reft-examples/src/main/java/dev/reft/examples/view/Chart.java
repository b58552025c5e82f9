package dev.reft.examples.view;

import java.util.List;

/**
 * A chart of one or several curves over a common axis.
 *
 * @param title what is shown, with its unit
 * @param axis what x counts, such as {@code "PPO step"}
 * @param percent whether y is a share to be written in percent
 * @param curves at least one; those without a point are left out
 */
public record Chart(String title, String axis, boolean percent, List<Curve> curves) {
    /** Copies the list. */
    public Chart {
        curves = List.copyOf(curves);
    }
}
