package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Values.Callable;
import dev.reft.checkpoint.template.Values.None;
import dev.reft.checkpoint.template.Values.PyDict;
import dev.reft.checkpoint.template.Values.PyList;
import dev.reft.checkpoint.template.Values.PyTuple;
import dev.reft.checkpoint.template.Values.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Something that has a value. Children are evaluated through {@link Run#evaluate}, which watches the depth. */
interface Expression {
    Object evaluate(Frame frame);

    /** A constant. */
    record Literal(Object value) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            return value;
        }
    }

    /** A variable. */
    record Name(String name) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            return frame.load(name);
        }
    }

    /** A list or a tuple. */
    record Sequence(List<Expression> items, boolean tuple) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            frame.budget().memory(items.size(), 8);
            List<Object> values = new ArrayList<>(items.size());
            for (Expression item : items) {
                values.add(frame.run().evaluate(item, frame));
            }
            return tuple ? new PyTuple(values) : new PyList(values);
        }
    }

    /** A dict. */
    record Mapping(List<Expression> keys, List<Expression> values) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            frame.budget().memory(keys.size(), 24);
            PyDict dict = new PyDict();
            for (int i = 0; i < keys.size(); i++) {
                Object key = frame.run().evaluate(keys.get(i), frame);
                dict.put(key, frame.run().evaluate(values.get(i), frame));
            }
            return dict;
        }
    }

    /** {@code not}, minus or plus. */
    record Unary(String operator, Expression operand) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            Object value = frame.run().evaluate(operand, frame);
            return switch (operator) {
                case "not" -> !Iterating.truthy(value);
                case "-" -> Arithmetic.negate(value);
                default -> value instanceof Double ? value : (Object) Arithmetic.toLong(value);
            };
        }
    }

    /** Arithmetic. */
    record Binary(String operator, Expression left, Expression right, int line) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            Object first = frame.run().evaluate(left, frame);
            Object second = frame.run().evaluate(right, frame);
            frame.run().at(line);
            if (operator.equals("**") && isAmbiguous(first)) {
                throw Refusal.unsupported("a power of a negative constant");
            }
            return Arithmetic.binary(frame.budget(), operator, first, second);
        }

        /** Jinja writes a constant -1 out without brackets, so that {@code (-1) ** n} becomes {@code -(1 ** n)}. */
        private boolean isAmbiguous(Object base) {
            boolean negative = Comparing.isNumber(base) && Arithmetic.toDouble(base) < 0;
            return negative && !(right instanceof Literal) && !(left instanceof Name) && !(left instanceof Call);
        }
    }

    /** {@code and} and {@code or}, whose value is that of the operand that decides. */
    record Logical(boolean and, Expression left, Expression right) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            Object first = frame.run().evaluate(left, frame);
            return Iterating.truthy(first) == and ? frame.run().evaluate(right, frame) : first;
        }
    }

    /** {@code ~}. */
    record Concatenation(List<Expression> parts) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            List<Text> texts = new ArrayList<>(parts.size());
            for (Expression part : parts) {
                texts.add(Printer.str(frame.budget(), frame.run().evaluate(part, frame)));
            }
            TextBuilder out = new TextBuilder(frame.budget());
            texts.forEach(out::append);
            return out.build();
        }
    }

    /** {@code a < b <= c}: each operand is evaluated once, and no more than needed. */
    record Comparison(Expression first, List<String> operators, List<Expression> operands, int line)
            implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            Object left = frame.run().evaluate(first, frame);
            for (int i = 0; i < operators.size(); i++) {
                Object right = frame.run().evaluate(operands.get(i), frame);
                frame.run().at(line);
                boolean holds =
                        switch (operators.get(i)) {
                            case "in" -> Comparing.contains(frame.budget(), right, left);
                            case "not in" -> !Comparing.contains(frame.budget(), right, left);
                            default -> Tests.compare(frame.budget(), operators.get(i), left, right);
                        };
                if (!holds) {
                    return false;
                }
                left = right;
            }
            return true;
        }
    }

    /** {@code a if test else b}. */
    record Conditional(
            Expression test, Expression then, @Nullable Expression otherwise) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            if (Iterating.truthy(frame.run().evaluate(test, frame))) {
                return frame.run().evaluate(then, frame);
            }
            return otherwise == null
                    ? new Undefined("the inline if-expression evaluated to false and has no else")
                    : frame.run().evaluate(otherwise, frame);
        }
    }

    /** {@code value.name}. */
    record Attribute(Expression value, String name, int line) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            Object of = frame.run().evaluate(value, frame);
            frame.run().at(line);
            return Attributes.attribute(of, name);
        }
    }

    /** {@code value[key]}. */
    record Item(Expression value, Expression key, int line) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            Object of = frame.run().evaluate(value, frame);
            Object at = frame.run().evaluate(key, frame);
            frame.run().at(line);
            return Attributes.item(of, at);
        }
    }

    /** {@code value[from:to:step]}. */
    record Slice(
            Expression value,
            @Nullable Expression from,
            @Nullable Expression to,
            @Nullable Expression step,
            int line) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            Object of = frame.run().evaluate(value, frame);
            Object start = bound(frame, from);
            Object end = bound(frame, to);
            Object by = bound(frame, step);
            frame.run().at(line);
            return Attributes.slice(frame.budget(), of, start, end, by);
        }

        private static Object bound(Frame frame, @Nullable Expression expression) {
            return expression == null ? None.NONE : frame.run().evaluate(expression, frame);
        }
    }

    /** The arguments of a call as written. */
    record Given(
            List<Expression> positional,
            Map<String, Expression> named,
            @Nullable Expression list,
            @Nullable Expression dict) {
        static final Given NONE = new Given(List.of(), Map.of(), null, null);

        Arguments evaluate(Frame frame) {
            if (positional.isEmpty() && named.isEmpty() && list == null && dict == null) {
                return Arguments.NONE;
            }
            List<Object> values = new ArrayList<>();
            for (Expression one : positional) {
                values.add(frame.run().evaluate(one, frame));
            }
            Map<String, Object> byName = new LinkedHashMap<>();
            named.forEach((name, one) -> byName.put(name, frame.run().evaluate(one, frame)));
            if (list != null) {
                values.addAll(Iterating.list(frame.budget(), frame.run().evaluate(list, frame)));
            }
            if (dict != null) {
                addAll(byName, frame.run().evaluate(dict, frame));
            }
            return new Arguments(values, byName);
        }

        private static void addAll(Map<String, Object> byName, Object more) {
            if (!(more instanceof PyDict entries)) {
                throw new Refusal("what follows ** must be a dict, not '" + Values.type(more) + "'");
            }
            for (PyDict.Entry entry : entries.entries()) {
                if (!(entry.key() instanceof Text key) || byName.containsKey(key.value())) {
                    throw new Refusal("the keys behind ** must be names that were not given before");
                }
                byName.put(key.value(), entry.value());
            }
        }
    }

    /** A call; the call block hands its body over as {@code caller}. */
    record Call(Expression callee, Given given, int line) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            return call(frame, null);
        }

        Object call(Frame frame, @Nullable Callable caller) {
            Object function = frame.run().evaluate(callee, frame);
            Arguments arguments = given.evaluate(frame);
            frame.run().at(line);
            if (caller != null) {
                Map<String, Object> named = new LinkedHashMap<>(arguments.named());
                named.put("caller", caller);
                arguments = new Arguments(arguments.positional(), named);
            }
            if (function instanceof Undefined undefined) {
                throw undefined.used();
            }
            if (!(function instanceof Callable callable)) {
                throw new Refusal("'" + Values.type(function) + "' object is not callable");
            }
            frame.budget().work(5);
            return callable.call(frame.run(), arguments);
        }
    }

    /** {@code value | name(...)}; without a value, of the block that the filter stands at. */
    record Filtered(Expression value, String name, Given given, int line) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            Object of = frame.run().evaluate(value, frame);
            Arguments arguments = given.evaluate(frame);
            frame.run().at(line);
            return Filters.apply(frame.run(), name, of, arguments);
        }
    }

    /** {@code value is name ...}. */
    record Tested(Expression value, String name, Given given, int line) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            Object of = frame.run().evaluate(value, frame);
            Arguments arguments = given.evaluate(frame);
            frame.run().at(line);
            Tests.@Nullable Test test = Tests.find(name);
            if (test == null) {
                throw new Refusal("no test named '" + name + "'");
            }
            return test.test(frame.run(), of, arguments);
        }
    }

    /** The text of a block that a filter is applied to. */
    final class Captured implements Expression {
        static final String NAME = "captured block";

        @Override
        public Object evaluate(Frame frame) {
            return frame.load(NAME);
        }
    }
}
