package dev.reft.graders;

/**
 * How far a number may be from the right one: {@code |answer - right| <= max(absolute, relative * |right|)}, in doubles
 * as written.
 *
 * @param absolute &gt;= 0
 * @param relative &gt;= 0
 */
public record Tolerance(double absolute, double relative) {
    /** ReFT's: 0.01, absolute. In doubles 18.01 is further than that from 18. */
    public static final Tolerance REFT = new Tolerance(1e-2, 0);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is negative or not finite
     */
    public Tolerance {
        if (!(absolute >= 0) || !(relative >= 0) || Double.isInfinite(absolute) || Double.isInfinite(relative)) {
            throw new IllegalArgumentException("tolerance " + absolute + " absolute, " + relative + " relative");
        }
    }

    /**
     * Whether an answer is near enough.
     *
     * @param answer any number
     * @param right any number
     * @return false if either is NaN or infinite
     */
    public boolean admits(double answer, double right) {
        // An infinite right answer would make the relative bound infinite.
        return Double.isFinite(right) && Math.abs(answer - right) <= Math.max(absolute, relative * Math.abs(right));
    }
}
