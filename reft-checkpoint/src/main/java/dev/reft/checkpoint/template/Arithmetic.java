package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Values.PyList;
import dev.reft.checkpoint.template.Values.PyTuple;
import dev.reft.checkpoint.template.Values.Undefined;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's arithmetic; integers beyond 64 bits are refused. */
final class Arithmetic {
    private static final long EXACT = 1L << 53;

    private Arithmetic() {}

    static double toDouble(Object value) {
        return value instanceof Double d ? d : (double) toLong(value);
    }

    static long toLong(Object value) {
        if (value instanceof Long number) {
            return number;
        } else if (value instanceof Boolean flag) {
            return flag ? 1 : 0;
        } else if (value instanceof Undefined undefined) {
            throw undefined.used();
        }
        throw new Refusal("an integer is needed, not '" + Values.type(value) + "'");
    }

    static int toInt(Object value) {
        long wide = toLong(value);
        // Larger ones can only be sizes beyond any limit, or positions beyond any end.
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, wide));
    }

    static Object binary(Budget budget, String operator, Object left, Object right) {
        budget.work(1);
        if (left instanceof Undefined undefined) {
            throw undefined.used();
        } else if (right instanceof Undefined undefined && !(left instanceof Text && operator.equals("%"))) {
            throw undefined.used();
        }
        if (Comparing.isNumber(left) && Comparing.isNumber(right)) {
            return left instanceof Double || right instanceof Double
                    ? floats(operator, toDouble(left), toDouble(right))
                    : integers(operator, toLong(left), toLong(right));
        }
        @Nullable
        Object result =
                switch (operator) {
                    case "+" -> add(budget, left, right);
                    case "*" ->
                        right instanceof Long || right instanceof Boolean
                                ? repeat(budget, left, toLong(right))
                                : left instanceof Long || left instanceof Boolean
                                        ? repeat(budget, right, toLong(left))
                                        : null;
                    case "%" -> left instanceof Text format ? Formatting.percent(budget, format, right) : null;
                    default -> null;
                };
        if (result == null) {
            throw new Refusal("unsupported operand types for " + operator + ": '" + Values.type(left) + "' and '"
                    + Values.type(right) + "'");
        }
        return result;
    }

    private static @Nullable Object add(Budget budget, Object left, Object right) {
        if (left instanceof Text a && right instanceof Text b) {
            Strings.plain(a);
            Strings.plain(b);
            return new TextBuilder(budget).append(a).append(b).build();
        } else if (left instanceof PyList a && right instanceof PyList b) {
            return new PyList(joined(budget, a.items(), b.items()));
        } else if (left instanceof PyTuple a && right instanceof PyTuple b) {
            return new PyTuple(joined(budget, a.items(), b.items()));
        }
        return null;
    }

    private static List<Object> joined(Budget budget, List<Object> left, List<Object> right) {
        budget.memory((long) left.size() + right.size(), 4);
        List<Object> all = new ArrayList<>(left);
        all.addAll(right);
        return all;
    }

    private static @Nullable Object repeat(Budget budget, Object value, long times) {
        if (value instanceof Text text) {
            Strings.plain(text);
            return new TextBuilder(budget).repeat(text, times).build();
        } else if (value instanceof PyList list) {
            return new PyList(repeated(budget, list.items(), times));
        } else if (value instanceof PyTuple tuple) {
            return new PyTuple(repeated(budget, tuple.items(), times));
        }
        return null;
    }

    private static List<Object> repeated(Budget budget, List<Object> items, long times) {
        budget.memory(times, 4L * items.size());
        List<Object> all = new ArrayList<>();
        for (long i = 0; i < times && !items.isEmpty(); i++) {
            all.addAll(items);
        }
        return all;
    }

    private static Object integers(String operator, long a, long b) {
        try {
            return switch (operator) {
                case "+" -> Math.addExact(a, b);
                case "-" -> Math.subtractExact(a, b);
                case "*" -> Math.multiplyExact(a, b);
                case "/" -> divide(a, nonZero(b));
                case "//" -> a == Long.MIN_VALUE ? exact() : Math.floorDiv(a, nonZero(b));
                case "%" -> Math.floorMod(a, nonZero(b));
                case "**" -> b < 0 ? (Object) power(nonZero(a), b) : integerPower(a, b);
                default -> throw new Refusal("unknown operator " + operator);
            };
        } catch (ArithmeticException e) {
            return exact();
        }
    }

    private static Object exact() {
        throw Refusal.unsupported("an integer of more than 64 bits");
    }

    private static long nonZero(long divisor) {
        if (divisor == 0) {
            throw new Refusal("division by zero");
        }
        return divisor;
    }

    private static double divide(long a, long b) {
        if (Math.abs(a) <= EXACT && Math.abs(b) <= EXACT) {
            return (double) a / (double) b;
        }
        return BigDecimal.valueOf(a)
                .divide(BigDecimal.valueOf(b), new MathContext(60))
                .doubleValue();
    }

    private static long integerPower(long base, long exponent) {
        long result = 1;
        long square = base;
        for (long rest = exponent; rest > 0; rest >>= 1) {
            if ((rest & 1) == 1) {
                result = Math.multiplyExact(result, square);
            }
            if (rest > 1) {
                square = Math.multiplyExact(square, square);
            }
        }
        return result;
    }

    private static double power(double base, double exponent) {
        if (base < 0 && exponent != Math.rint(exponent)) {
            throw Refusal.unsupported("a complex number");
        } else if (base == 0 && exponent < 0) {
            throw new Refusal("zero to a negative power");
        }
        double result = Math.pow(base, exponent);
        if (Double.isInfinite(result) && !Double.isInfinite(base) && !Double.isInfinite(exponent)) {
            throw new Refusal("the result of ** is too large");
        }
        return result;
    }

    private static double floats(String operator, double a, double b) {
        if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
            throw new Refusal("division by zero");
        }
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "//" -> floorDivide(a, b);
            case "%" -> modulo(a, b);
            case "**" -> power(a, b);
            default -> throw new Refusal("unknown operator " + operator);
        };
    }

    private static double modulo(double a, double b) {
        double rest = a % b;
        if (rest == 0) {
            return Math.copySign(0.0, b);
        }
        return (rest < 0) == (b < 0) ? rest : rest + b;
    }

    private static double floorDivide(double a, double b) {
        double rest = a % b;
        double quotient = (a - rest) / b;
        if (rest != 0 && (rest < 0) != (b < 0)) {
            quotient -= 1;
        }
        if (quotient == 0) {
            return Math.copySign(0.0, a / b);
        }
        double floor = Math.floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    static Object negate(Object value) {
        if (value instanceof Double d) {
            return -d;
        }
        return integers("-", 0, toLong(value));
    }
}
