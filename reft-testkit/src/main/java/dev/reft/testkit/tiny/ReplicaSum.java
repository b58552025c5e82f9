package dev.reft.testkit.tiny;

import dev.reft.model.Replicas;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * Sums doubles over replicas through {@link Replicas#sum}, which sums floats, to 96 bits below the largest: numbers are in
 * base 4096 relative to the largest of all ranks, so each digit of a sum over up to 4096 ranks is a whole number that a
 * float holds exactly.
 */
final class ReplicaSum {
    private static final int DIGITS = 8;
    private static final double BASE = 4096;

    private ReplicaSum() {}

    /** Replaces numbers by their sum, and marks by whether any rank has one. */
    static void sum(double[] numbers, boolean[] marks, Replicas replicas) {
        if (replicas.size() == 1) {
            return;
        }
        int exponent = agree(numbers, marks, replicas);
        FloatBuffer digits = FloatBuffer.allocate(numbers.length * DIGITS);
        for (double number : numbers) {
            // Below 1 / BASE in size, so that the first digit is small too.
            double rest = Math.scalb(number, -exponent) / BASE;
            for (int d = 0; d < DIGITS; d++) {
                rest *= BASE;
                double digit = Double.isFinite(rest) ? Math.rint(rest) : Double.NaN;
                digits.put((float) digit);
                rest -= digit;
            }
        }
        digits.flip();
        replicas.sum(digits);
        for (int i = 0; i < numbers.length; i++) {
            double sum = 0;
            for (int d = DIGITS - 1; d >= 0; d--) {
                sum = sum / BASE + digits.get(i * DIGITS + d);
            }
            numbers[i] = Math.scalb(sum, exponent);
        }
    }

    /** The exponent of the largest number of all ranks; not finite ones count as 1. */
    private static int agree(double[] numbers, boolean[] marks, Replicas replicas) {
        double largest = 0;
        for (double number : numbers) {
            largest = Math.max(largest, Double.isFinite(number) ? Math.abs(number) : 1);
        }
        ByteBuffer mine = ByteBuffer.allocate(Double.BYTES + marks.length).putDouble(largest);
        for (boolean mark : marks) {
            mine.put((byte) (mark ? 1 : 0));
        }
        for (byte[] bytes : replicas.gather(mine.array())) {
            ByteBuffer theirs = ByteBuffer.wrap(bytes);
            largest = Math.max(largest, theirs.getDouble());
            for (int i = 0; i < marks.length; i++) {
                marks[i] |= theirs.get() != 0;
            }
        }
        return largest == 0 ? 0 : Math.getExponent(largest) - 11;
    }
}
