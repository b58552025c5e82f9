package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads expressions, with Jinja's precedence. */
class ExpressionParser extends OperandParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    ExpressionParser(List<Token> tokens) {
        super(tokens);
    }

    // Expressions, from the loosest binding to the tightest

    /** One expression, or several with commas between them, which are a tuple. */
    @Override
    Expression tuple(boolean conditional, boolean parentheses, String... ends) {
        int line = token().line();
        List<Expression> items = new ArrayList<>();
        boolean comma = false;
        while (!isTupleEnd(ends)) {
            items.add(conditional ? expression() : or());
            if (!skipOperator(",")) {
                break;
            }
            comma = true;
        }
        if (!comma && items.size() == 1) {
            return items.get(0);
        } else if (items.isEmpty() && !parentheses) {
            throw new Lexer.Failure(line, new Refusal("expected an expression, got " + token().shown()));
        }
        return new Expression.Sequence(items, true);
    }

    private boolean isTupleEnd(String... ends) {
        Kind kind = token().kind();
        boolean end = kind == Kind.VARIABLE_END || kind == Kind.BLOCK_END || isOperator(")");
        for (String word : ends) {
            end |= token().is(Kind.NAME, word);
        }
        return end;
    }

    @Override
    Expression expression() {
        enter();
        int known = unknowns();
        Expression result = or();
        while (skip(Kind.NAME, "if")) {
            Expression test = or();
            Expression otherwise = skip(Kind.NAME, "else") ? expression() : null;
            result = new Expression.Conditional(test, result, otherwise);
            forgive(known);
        }
        leave();
        return result;
    }

    Expression or() {
        Expression left = and();
        while (skip(Kind.NAME, "or")) {
            left = new Expression.Logical(false, left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (skip(Kind.NAME, "and")) {
            left = new Expression.Logical(true, left, not());
        }
        return left;
    }

    private Expression not() {
        if (!skip(Kind.NAME, "not")) {
            return comparison();
        }
        enter();
        Expression operand = not();
        leave();
        return new Expression.Unary("not", operand);
    }

    private Expression comparison() {
        int line = token().line();
        Expression first = sum();
        List<String> operators = new ArrayList<>();
        List<Expression> operands = new ArrayList<>();
        while (true) {
            if (token().kind() == Kind.OPERATOR && COMPARISONS.contains(token().text())) {
                operators.add(next().text());
            } else if (skip(Kind.NAME, "in")) {
                operators.add("in");
            } else if (token().is(Kind.NAME, "not") && look().is(Kind.NAME, "in")) {
                next();
                next();
                operators.add("not in");
            } else {
                break;
            }
            operands.add(sum());
        }
        return operators.isEmpty() ? first : new Expression.Comparison(first, operators, operands, line);
    }

    private Expression sum() {
        Expression left = concatenation();
        while (isOperator("+") || isOperator("-")) {
            Token operator = next();
            left = new Expression.Binary(operator.text(), left, concatenation(), operator.line());
        }
        return left;
    }

    private Expression concatenation() {
        Expression first = product();
        if (!isOperator("~")) {
            return first;
        }
        List<Expression> parts = new ArrayList<>(List.of(first));
        while (skipOperator("~")) {
            parts.add(product());
        }
        return new Expression.Concatenation(parts);
    }

    private Expression product() {
        Expression left = power();
        while (isOperator("*") || isOperator("/") || isOperator("//") || isOperator("%")) {
            Token operator = next();
            left = new Expression.Binary(operator.text(), left, power(), operator.line());
        }
        return left;
    }

    /** Binds to the left, unlike Python's. */
    private Expression power() {
        Expression left = unary(true);
        while (isOperator("**")) {
            int line = next().line();
            left = new Expression.Binary("**", left, unary(true), line);
        }
        return left;
    }

    private Expression unary(boolean filters) {
        enter();
        Expression result;
        if (isOperator("-") || isOperator("+")) {
            String operator = next().text();
            result = new Expression.Unary(operator, unary(false));
        } else {
            result = primary();
        }
        result = postfix(result);
        result = filters ? filtersAndTests(result) : result;
        leave();
        return result;
    }
}
