package dev.reft.ppo.statistics;

import java.util.Locale;

/**
 * A number with an interval.
 *
 * @param value the estimate; the interval of a bootstrap need not hold it
 * @param low lower end
 * @param high upper end, &gt;= low unless one of them is NaN
 */
public record Estimate(double value, double low, double high) {
    /**
     * Checks the order.
     *
     * @throws IllegalArgumentException if low is above high
     */
    public Estimate {
        if (low > high) {
            throw new IllegalArgumentException("the interval from " + low + " to " + high + " is empty");
        }
    }

    /**
     * As text in percent, such as {@code 61.5 [58.4, 64.5]}; {@code 61.5 (one seed)} where the interval is unbounded, as that of one
     * repetition is.
     *
     * @return value and interval times 100, one digit after the point
     */
    public String percent() {
        if (Double.isInfinite(low) || Double.isInfinite(high)) {
            return String.format(Locale.ROOT, "%.1f (one seed)", 100 * value);
        }
        return String.format(Locale.ROOT, "%.1f [%.1f, %.1f]", 100 * value, 100 * low, 100 * high);
    }

    /** A confidence level must lie between none and certainty. */
    static double checkedLevel(double level) {
        if (!(level > 0 && level < 1)) {
            throw new IllegalArgumentException("level " + level + " must lie between 0 and 1");
        }
        return level;
    }
}
