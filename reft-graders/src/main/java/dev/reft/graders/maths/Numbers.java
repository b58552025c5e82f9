package dev.reft.graders.maths;

import java.math.BigInteger;
import org.apache.commons.math3.fraction.BigFraction;

/** Exact numbers from their digits. */
final class Numbers {
    private Numbers() {}

    /** The value of {@code digits [. digits]}, which may have no digits on one side. */
    static BigFraction exact(String digits) {
        int point = digits.indexOf('.');
        if (point < 0) {
            return new BigFraction(new BigInteger(digits));
        }
        String all = digits.substring(0, point) + digits.substring(point + 1);
        return new BigFraction(new BigInteger(all), BigInteger.TEN.pow(digits.length() - point - 1));
    }
}
