package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Values.DictView;
import dev.reft.checkpoint.template.Values.None;
import dev.reft.checkpoint.template.Values.PyDict;
import dev.reft.checkpoint.template.Values.PyList;
import dev.reft.checkpoint.template.Values.PyRange;
import dev.reft.checkpoint.template.Values.PyTuple;
import dev.reft.checkpoint.template.Values.Undefined;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's equality, order, membership and hashing. */
final class Comparing {
    private Comparing() {}

    static boolean equal(Budget budget, Object left, Object right) {
        return equal(budget, left, right, 0);
    }

    private static boolean equal(Budget budget, Object left, Object right, int depth) {
        Budget.checkNesting(depth);
        budget.work(1);
        if (left instanceof Text a && right instanceof Text b) {
            budget.work(Math.min(a.value().length(), b.value().length()) / 16);
            return a.equals(b);
        } else if (isNumber(left) && isNumber(right)) {
            return compareNumbers(left, right) == 0 && !isNan(left) && !isNan(right);
        } else if (left instanceof PyList a && right instanceof PyList b) {
            return equalItems(budget, a.items(), b.items(), depth);
        } else if (left instanceof PyTuple a && right instanceof PyTuple b) {
            return equalItems(budget, a.items(), b.items(), depth);
        } else if (left instanceof PyDict a && right instanceof PyDict b) {
            return equalDicts(budget, a, b, depth);
        } else if (left instanceof Undefined || left instanceof None) {
            return left.getClass() == right.getClass();
        } else if (left instanceof PyRange || left instanceof DictView) {
            throw Refusal.unsupported("comparing a " + Values.type(left));
        }
        return left == right;
    }

    private static boolean equalItems(Budget budget, List<Object> left, List<Object> right, int depth) {
        if (left.size() != right.size()) {
            return false;
        }
        for (int i = 0; i < left.size(); i++) {
            if (left.get(i) != right.get(i) && !equal(budget, left.get(i), right.get(i), depth + 1)) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalDicts(Budget budget, PyDict left, PyDict right, int depth) {
        if (left.size() != right.size()) {
            return false;
        }
        for (PyDict.Entry entry : left.entries()) {
            @Nullable Object other = right.get(entry.key());
            if (other == null || (other != entry.value() && !equal(budget, entry.value(), other, depth + 1))) {
                return false;
            }
        }
        return true;
    }

    /** Order as {@code <} sees it; what Python does not order is refused. */
    static int compare(Budget budget, Object left, Object right) {
        return compare(budget, left, right, 0);
    }

    private static int compare(Budget budget, Object left, Object right, int depth) {
        Budget.checkNesting(depth);
        budget.work(1);
        if (left instanceof Text a && right instanceof Text b) {
            budget.work(Math.min(a.value().length(), b.value().length()) / 16);
            return a.compareTo(b);
        } else if (isNumber(left) && isNumber(right)) {
            if (isNan(left) || isNan(right)) {
                throw Refusal.unsupported("the order of NaN");
            }
            return compareNumbers(left, right);
        } else if (left instanceof PyList a && right instanceof PyList b) {
            return compareItems(budget, a.items(), b.items(), depth);
        } else if (left instanceof PyTuple a && right instanceof PyTuple b) {
            return compareItems(budget, a.items(), b.items(), depth);
        } else if (left instanceof Undefined undefined) {
            throw undefined.used();
        } else if (right instanceof Undefined undefined) {
            throw undefined.used();
        }
        throw new Refusal("no order between '" + Values.type(left) + "' and '" + Values.type(right) + "'");
    }

    private static int compareItems(Budget budget, List<Object> left, List<Object> right, int depth) {
        int common = Math.min(left.size(), right.size());
        for (int i = 0; i < common; i++) {
            if (!equal(budget, left.get(i), right.get(i), depth + 1)) {
                return compare(budget, left.get(i), right.get(i), depth + 1);
            }
        }
        return Integer.compare(left.size(), right.size());
    }

    /** Python's {@code item in container}. */
    static boolean contains(Budget budget, Object container, Object item) {
        if (container instanceof Text text) {
            if (!(item instanceof Text part)) {
                throw new Refusal("'in <string>' needs a string on its left, not " + Values.type(item));
            }
            return Strings.indexOf(budget, text.value(), part.value(), 0) >= 0;
        } else if (container instanceof PyDict dict) {
            return dict.has(item);
        } else if (container instanceof DictView view && view.kind().equals("keys")) {
            return view.dict().has(item);
        }
        Iterator<Object> items = Iterating.iterate(budget, container);
        while (items.hasNext()) {
            Object next = items.next();
            if (next == item || equal(budget, next, item)) {
                return true;
            }
        }
        return false;
    }

    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    private static boolean isNan(Object value) {
        return value instanceof Double d && d.isNaN();
    }

    private static int compareNumbers(Object left, Object right) {
        if (left instanceof Double || right instanceof Double) {
            double a = Arithmetic.toDouble(left);
            double b = Arithmetic.toDouble(right);
            boolean exact = !(left instanceof Long l && Math.abs(l) > 1L << 53)
                    && !(right instanceof Long r && Math.abs(r) > 1L << 53);
            if (exact || Double.isNaN(a) || Double.isInfinite(a) || Double.isNaN(b) || Double.isInfinite(b)) {
                return a < b ? -1 : a > b ? 1 : 0;
            }
            return decimal(left).compareTo(decimal(right));
        }
        return Long.compare(Arithmetic.toLong(left), Arithmetic.toLong(right));
    }

    private static BigDecimal decimal(Object value) {
        return value instanceof Double d ? new BigDecimal(d) : BigDecimal.valueOf(Arithmetic.toLong(value));
    }

    /** A key of a hash map that is equal where Python's values are: 1, 1.0 and True are one key. Tuples are refused. */
    static Object hashable(Object value) {
        if (value instanceof Boolean flag) {
            return flag ? 1L : 0L;
        } else if (value instanceof Double d && d == Math.rint(d) && Math.abs(d) < 1L << 53) {
            return d.longValue();
        } else if (value instanceof PyList || value instanceof PyDict) {
            throw new Refusal("unhashable type: '" + Values.type(value) + "'");
        } else if (value instanceof Text || value instanceof Long || value instanceof Double || value instanceof None) {
            return value;
        }
        throw Refusal.unsupported("a " + Values.type(value) + " as a key");
    }
}
