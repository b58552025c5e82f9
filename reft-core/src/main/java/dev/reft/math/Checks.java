package dev.reft.math;

/** Argument checks whose messages carry the name and the value. */
final class Checks {
    private Checks() {}

    static double range(String name, double value, double low, double high) {
        if (!(value >= low && value <= high)) {
            throw new IllegalArgumentException(name + " " + value + " must be in [" + low + ", " + high + "]");
        }
        return value;
    }

    static double atLeast(String name, double value, double low) {
        if (!(value >= low)) {
            throw new IllegalArgumentException(name + " " + value + " must be at least " + low);
        }
        return value;
    }

    static double positive(String name, double value) {
        if (!(value > 0)) {
            throw new IllegalArgumentException(name + " " + value + " must be positive");
        }
        return value;
    }

    static void sameLength(String left, int leftLength, String right, int rightLength) {
        if (leftLength != rightLength) {
            throw new IllegalArgumentException(
                    leftLength + " " + left + " but " + rightLength + " " + right + ": their numbers must be equal");
        }
    }
}
