package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Values.Callable;
import dev.reft.checkpoint.template.Values.None;
import dev.reft.checkpoint.template.Values.PyDict;
import dev.reft.checkpoint.template.Values.PyList;
import dev.reft.checkpoint.template.Values.PyRange;
import dev.reft.checkpoint.template.Values.PyTuple;
import dev.reft.checkpoint.template.Values.Undefined;
import java.util.Map;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** What can stand behind {@code is}. */
final class Tests {
    interface Test {
        boolean test(Run run, Object value, Arguments arguments);
    }

    private static final Map<String, Test> ALL = Map.ofEntries(
            Map.entry("boolean", plain((run, value) -> value instanceof Boolean)),
            Map.entry("callable", plain((run, value) -> value instanceof Callable || value instanceof Undefined)),
            Map.entry("defined", plain((run, value) -> !(value instanceof Undefined))),
            Map.entry("divisibleby", Tests::divisible),
            Map.entry("escaped", plain((run, value) -> value instanceof Text text && text.isMarkup())),
            Map.entry("even", plain((run, value) -> remainder(run, value, 2L, 0))),
            Map.entry("false", plain((run, value) -> Boolean.FALSE.equals(value))),
            Map.entry(
                    "filter",
                    plain((run, value) -> hashed(value) instanceof Text name && Filters.isKnown(name.value()))),
            Map.entry("float", plain((run, value) -> value instanceof Double)),
            Map.entry("in", (run, value, arguments) -> Comparing.contains(run.budget(), one(arguments, "in"), value)),
            Map.entry("integer", plain((run, value) -> value instanceof Long)),
            Map.entry("iterable", plain((run, value) -> Iterating.isIterable(value))),
            Map.entry("lower", plain((run, value) -> TextMethods.isLower(Printer.str(run.budget(), value)))),
            Map.entry("mapping", plain((run, value) -> value instanceof PyDict)),
            Map.entry("none", plain((run, value) -> value instanceof None)),
            Map.entry("number", plain((run, value) -> Comparing.isNumber(value))),
            Map.entry("odd", plain((run, value) -> remainder(run, value, 2L, 1))),
            Map.entry("sameas", (run, value, arguments) -> same(value, one(arguments, "sameas"))),
            Map.entry("sequence", plain((run, value) -> isSequence(value))),
            Map.entry("string", plain((run, value) -> value instanceof Text)),
            Map.entry("test", plain((run, value) -> hashed(value) instanceof Text name && find(name.value()) != null)),
            Map.entry("true", plain((run, value) -> Boolean.TRUE.equals(value))),
            Map.entry("undefined", plain((run, value) -> value instanceof Undefined)),
            Map.entry("upper", plain((run, value) -> TextMethods.isUpper(Printer.str(run.budget(), value)))));

    private static final Map<String, String> COMPARISONS = Map.ofEntries(
            Map.entry("==", "=="),
            Map.entry("eq", "=="),
            Map.entry("equalto", "=="),
            Map.entry("!=", "!="),
            Map.entry("ne", "!="),
            Map.entry(">", ">"),
            Map.entry("gt", ">"),
            Map.entry("greaterthan", ">"),
            Map.entry(">=", ">="),
            Map.entry("ge", ">="),
            Map.entry("<", "<"),
            Map.entry("lt", "<"),
            Map.entry("lessthan", "<"),
            Map.entry("<=", "<="),
            Map.entry("le", "<="));

    private Tests() {}

    /** The test of a name, null if there is none. */
    static @Nullable Test find(String name) {
        @Nullable String operator = COMPARISONS.get(name);
        if (operator != null) {
            return (run, value, arguments) -> compare(run.budget(), operator, value, one(arguments, name));
        }
        return ALL.get(name);
    }

    /** The operators of comparison, {@code in} aside. */
    static boolean compare(Budget budget, String operator, Object left, Object right) {
        return switch (operator) {
            case "==" -> Comparing.equal(budget, left, right);
            case "!=" -> !Comparing.equal(budget, left, right);
            case "<" -> Comparing.compare(budget, left, right) < 0;
            case "<=" -> Comparing.compare(budget, left, right) <= 0;
            case ">" -> Comparing.compare(budget, left, right) > 0;
            default -> Comparing.compare(budget, left, right) >= 0;
        };
    }

    private static Test plain(BiPredicate<Run, Object> predicate) {
        return (run, value, arguments) -> {
            arguments.none("test");
            return predicate.test(run, value);
        };
    }

    private static Object one(Arguments arguments, String name) {
        return TextMethods.given(arguments.bindPositional(name, 1, 1)[0]);
    }

    /** Names are looked up in a dict, which refuses what has no hash. */
    private static Object hashed(Object value) {
        return Comparing.hashable(value);
    }

    private static boolean divisible(Run run, Object value, Arguments arguments) {
        Object by = TextMethods.given(arguments.bind("divisibleby", 1, "num")[0]);
        return remainder(run, value, by, 0);
    }

    private static boolean remainder(Run run, Object value, Object by, long wanted) {
        if (value instanceof Text) {
            throw Refusal.unsupported("the remainder of a string");
        }
        return Comparing.equal(run.budget(), Arithmetic.binary(run.budget(), "%", value, by), wanted);
    }

    private static boolean same(Object left, Object right) {
        boolean single =
                left instanceof None || left instanceof Boolean || right instanceof None || right instanceof Boolean;
        if (single) {
            return left.equals(right);
        } else if (left instanceof Text || Comparing.isNumber(left)) {
            if (left.getClass() != right.getClass()) {
                return false;
            }
            throw Refusal.unsupported("'sameas' of strings or numbers");
        }
        return left == right;
    }

    private static boolean isSequence(Object value) {
        return value instanceof Text
                || value instanceof PyList
                || value instanceof PyTuple
                || value instanceof PyDict
                || value instanceof PyRange
                || value instanceof Undefined;
    }
}
