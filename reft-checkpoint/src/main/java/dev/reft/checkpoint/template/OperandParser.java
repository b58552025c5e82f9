package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Token.Kind;
import dev.reft.checkpoint.template.Values.None;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what operators stand between: literals, names, calls, subscripts, filters and tests. */
abstract class OperandParser extends TokenCursor {
    OperandParser(List<Token> tokens) {
        super(tokens);
    }

    abstract Expression expression();

    /** One expression, or several with commas between them, which are a tuple. */
    abstract Expression tuple(boolean conditional, boolean parentheses, String... ends);

    Expression primary() {
        Token token = next();
        return switch (token.kind()) {
            case NAME -> name(token);
            case STRING -> {
                StringBuilder value = new StringBuilder(token.text());
                while (token().kind() == Kind.STRING) {
                    value.append(next().text());
                }
                yield new Expression.Literal(Text.trusted(value.toString()));
            }
            case INTEGER, FLOAT -> new Expression.Literal(number(token));
            default -> bracket(token);
        };
    }

    private Expression name(Token token) {
        switch (token.text()) {
            case "true", "True" -> {
                return new Expression.Literal(true);
            }
            case "false", "False" -> {
                return new Expression.Literal(false);
            }
            case "none", "None" -> {
                return new Expression.Literal(None.NONE);
            }
            default -> {
                load(token.text());
                return new Expression.Name(token.text());
            }
        }
    }

    private static Object number(Token token) {
        if (token.kind() == Kind.FLOAT) {
            return Double.parseDouble(token.text());
        } else if (token.text().length() > 20 || new BigInteger(token.text()).bitLength() > 63) {
            throw new Lexer.Failure(token.line(), Refusal.unsupported("an integer of more than 64 bits"));
        }
        return Long.parseLong(token.text());
    }

    private Expression bracket(Token token) {
        if (token.is(Kind.OPERATOR, "(")) {
            enter();
            Expression inside = tuple(true, true);
            leave();
            expectOperator(")");
            return inside;
        } else if (token.is(Kind.OPERATOR, "[")) {
            List<Expression> items = new ArrayList<>();
            while (!isOperator("]")) {
                comma(items.isEmpty());
                if (isOperator("]")) {
                    break;
                }
                items.add(expression());
            }
            expectOperator("]");
            return new Expression.Sequence(items, false);
        } else if (token.is(Kind.OPERATOR, "{")) {
            return mapping();
        }
        throw new Lexer.Failure(token.line(), new Refusal("unexpected " + token.shown()));
    }

    private void comma(boolean first) {
        if (!first) {
            expectOperator(",");
        }
    }

    private Expression mapping() {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!isOperator("}")) {
            comma(keys.isEmpty());
            if (isOperator("}")) {
                break;
            }
            keys.add(expression());
            expectOperator(":");
            values.add(expression());
        }
        expectOperator("}");
        return new Expression.Mapping(keys, values);
    }

    Expression postfix(Expression start) {
        Expression value = start;
        while (true) {
            if (isOperator(".") || isOperator("[")) {
                value = subscript(value);
            } else if (isOperator("(")) {
                value = call(value);
            } else {
                return value;
            }
        }
    }

    Expression filtersAndTests(Expression start) {
        Expression value = start;
        while (true) {
            if (isOperator("|")) {
                next();
                value = filter(value);
            } else if (token().is(Kind.NAME, "is")) {
                value = test(value);
            } else if (isOperator("(")) {
                value = call(value);
            } else {
                return value;
            }
        }
    }

    private Expression.Call call(Expression callee) {
        int line = token().line();
        return new Expression.Call(callee, arguments(), line);
    }

    private Expression subscript(Expression value) {
        Token open = next();
        if (open.text().equals(".")) {
            Token name = next();
            if (name.kind() == Kind.NAME) {
                return new Expression.Attribute(value, name.text(), open.line());
            } else if (name.kind() == Kind.INTEGER) {
                return new Expression.Item(value, new Expression.Literal(number(name)), open.line());
            }
            throw new Lexer.Failure(name.line(), new Refusal("expected a name or number, got " + name.shown()));
        }
        List<Expression> keys = new ArrayList<>();
        while (!isOperator("]")) {
            comma(keys.isEmpty());
            @Nullable Expression from = isOperator(":") ? null : expression();
            if (isOperator(":")) {
                Expression slice = slice(value, from, open.line());
                if (!keys.isEmpty() || !skipOperator("]")) {
                    throw failure("several subscripts with a slice among them are not supported");
                }
                return slice;
            } else if (from != null) {
                keys.add(from);
            }
        }
        expectOperator("]");
        if (keys.isEmpty()) {
            throw failure("a subscript without a key is not supported");
        }
        Expression key = keys.size() == 1 ? keys.get(0) : new Expression.Sequence(keys, true);
        return new Expression.Item(value, key, open.line());
    }

    private Expression slice(Expression value, @Nullable Expression from, int line) {
        expectOperator(":");
        @Nullable Expression to = isOperator(":") || isOperator("]") ? null : expression();
        @Nullable Expression step = skipOperator(":") && !isOperator("]") ? expression() : null;
        return new Expression.Slice(value, from, to, step, line);
    }

    private String dotted() {
        StringBuilder name = new StringBuilder(expect(Kind.NAME).text());
        while (skipOperator(".")) {
            name.append('.').append(expect(Kind.NAME).text());
        }
        return name.toString();
    }

    /** A filter's name and arguments; the bar has been read. */
    Expression filter(Expression value) {
        int line = token().line();
        String name = dotted();
        if (Filters.find(name) == null) {
            unknown(line, "no filter named '" + name + "'");
        }
        Expression.Given given = isOperator("(") ? arguments() : Expression.Given.NONE;
        return new Expression.Filtered(value, name, given, line);
    }

    private Expression test(Expression value) {
        int line = next().line();
        boolean negated = skip(Kind.NAME, "not");
        String name = dotted();
        if (Tests.find(name) == null) {
            unknown(line, "no test named '" + name + "'");
        }
        Expression.Given given = Expression.Given.NONE;
        if (isOperator("(")) {
            given = arguments();
        } else if (beginsOperand()) {
            if (token().is(Kind.NAME, "is")) {
                throw failure("tests cannot be chained with 'is'");
            }
            enter();
            given = new Expression.Given(List.of(postfix(primary())), Map.of(), null, null);
            leave();
        }
        Expression result = new Expression.Tested(value, name, given, line);
        return negated ? new Expression.Unary("not", result) : result;
    }

    private boolean beginsOperand() {
        return switch (token().kind()) {
            case NAME -> !Set.of("else", "or", "and").contains(token().text());
            case STRING, INTEGER, FLOAT -> true;
            default -> isOperator("[") || isOperator("{");
        };
    }

    private Expression.Given arguments() {
        expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        @Nullable Expression list = null;
        @Nullable Expression dict = null;
        for (boolean first = true; !isOperator(")"); first = false) {
            comma(first);
            if (isOperator(")")) {
                break;
            }
            boolean byName = token().kind() == Kind.NAME && look().is(Kind.OPERATOR, "=");
            boolean valid;
            if (skipOperator("*")) {
                valid = list == null && dict == null;
                list = expression();
            } else if (skipOperator("**")) {
                valid = dict == null;
                dict = expression();
            } else if (byName) {
                String name = next().text();
                next();
                valid = dict == null && named.put(name, expression()) == null;
            } else {
                valid = list == null && dict == null && named.isEmpty();
                positional.add(expression());
            }
            if (!valid) {
                throw failure("invalid syntax for the arguments of a call");
            }
        }
        expectOperator(")");
        return new Expression.Given(positional, named, list, dict);
    }
}
