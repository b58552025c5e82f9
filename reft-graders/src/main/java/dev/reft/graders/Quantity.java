package dev.reft.graders;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A number, perhaps in a unit.
 *
 * @param value finite
 * @param unit the unit that was named, if it is a known one
 */
record Quantity(double value, Optional<Unit> unit) {
    /** The one number of a line, with its unit. */
    static Optional<Quantity> read(String line) {
        OptionalDouble number = NumberText.only(line);
        return number.isEmpty()
                ? Optional.empty()
                : Optional.of(new Quantity(number.getAsDouble(), Unit.of(PythonText.strip(line))));
    }

    /** Compares as numbers, in the reference's unit if both name one. */
    Verdict judge(Quantity right, Tolerance tolerance) {
        String wanted = NumberText.canonical(right.value);
        if (right.unit.isEmpty() || unit.isEmpty()) {
            return Verdict.of(tolerance.admits(value, right.value), NumberText.canonical(value), wanted);
        }
        Unit own = unit.get();
        Unit other = right.unit.get();
        if (!own.kind().equals(other.kind())) {
            return new Verdict(
                    Verdict.Kind.WRONG,
                    NumberText.canonical(value),
                    "read " + NumberText.canonical(value) + " of " + own.kind() + ", expected " + wanted + " of "
                            + other.kind());
        }
        double converted = own.equals(other) ? value : value * own.factor() / other.factor();
        return Verdict.of(tolerance.admits(converted, right.value), NumberText.canonical(converted), wanted);
    }
}
