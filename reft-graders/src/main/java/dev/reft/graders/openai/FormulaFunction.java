package dev.reft.graders.openai;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The functions of the formula language. */
enum FormulaFunction {
    MIN,
    MAX,
    ABS,
    FLOOR,
    CEIL,
    EXP,
    SQRT,
    LOG;

    static @Nullable FormulaFunction named(String name) {
        for (FormulaFunction function : values()) {
            if (function.key().equals(name)) {
                return function;
            }
        }
        return null;
    }

    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean takesSeveral() {
        return this == MIN || this == MAX;
    }

    double apply(double x) {
        return switch (this) {
            case MIN, MAX -> x;
            case ABS -> Math.abs(x);
            case FLOOR -> Math.floor(x);
            case CEIL -> Math.ceil(x);
            case EXP -> Math.exp(x);
            case SQRT -> Math.sqrt(x);
            case LOG -> Math.log(x);
        };
    }
}
