package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Token.Kind;
import dev.reft.checkpoint.template.Values.None;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads expressions, with Jinja's precedence, and tells the scope which names they load. */
class ExpressionParser {
    private static final int DEEPEST = 100;
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> MACRO_SPECIALS = Set.of("caller", "kwargs", "varargs");

    private final List<Token> tokens;
    private int at;
    private int depth;

    /** Filters and tests without a definition, which is an error unless an {@code if} may keep them from being used. */
    private final List<Lexer.Failure> unknown = new ArrayList<>();

    private final Deque<Set<String>> macroSpecials = new ArrayDeque<>();
    private Scope scope = new Scope(null);
    private boolean soft;

    ExpressionParser(List<Token> tokens) {
        this.tokens = tokens;
    }

    // The tokens

    Token token() {
        return tokens.get(at);
    }

    private Token look() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = token();
        if (token.kind() != Kind.END) {
            at++;
        }
        return token;
    }

    boolean skip(Kind kind, String text) {
        boolean found = token().is(kind, text);
        if (found) {
            next();
        }
        return found;
    }

    boolean skipOperator(String text) {
        return skip(Kind.OPERATOR, text);
    }

    boolean isOperator(String text) {
        return token().is(Kind.OPERATOR, text);
    }

    void expectOperator(String text) {
        if (!skipOperator(text)) {
            throw failure("expected '" + text + "', got " + token().shown());
        }
    }

    Token expect(Kind kind) {
        if (token().kind() != kind) {
            throw failure("expected a " + kind.name().toLowerCase(Locale.ROOT).replace('_', ' ') + ", got "
                    + token().shown());
        }
        return next();
    }

    Lexer.Failure failure(String reason) {
        return new Lexer.Failure(token().line(), new Refusal(reason));
    }

    void enter() {
        if (++depth > DEEPEST) {
            throw failure("the template is nested more than " + DEEPEST + " deep");
        }
    }

    void leave() {
        depth--;
    }

    // The scopes

    Scope scope() {
        return scope;
    }

    void scope(Scope fresh) {
        scope = fresh;
    }

    boolean soft() {
        return soft;
    }

    void soft(boolean whether) {
        soft = whether;
    }

    void enterMacro() {
        macroSpecials.push(new TreeSet<>());
    }

    Set<String> leaveMacro() {
        return macroSpecials.pop();
    }

    void checkUnknown() {
        if (!unknown.isEmpty()) {
            throw unknown.get(0);
        }
    }

    void load(String name) {
        if (name.equals("self") || name.equals("super")) {
            throw failure("'" + name + "' is not supported");
        }
        if (MACRO_SPECIALS.contains(name)) {
            macroSpecials.forEach(specials -> specials.add(name));
        }
        scope.load(name);
    }

    // Expressions, from the loosest binding to the tightest

    /** One expression, or several with commas between them, which are a tuple. */
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

    Expression expression() {
        enter();
        int known = unknown.size();
        Expression result = or();
        while (skip(Kind.NAME, "if")) {
            Expression test = or();
            Expression otherwise = skip(Kind.NAME, "else") ? expression() : null;
            result = new Expression.Conditional(test, result, otherwise);
            unknown.subList(known, unknown.size()).clear();
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

    private Expression primary() {
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

    private Expression postfix(Expression start) {
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

    private Expression filtersAndTests(Expression start) {
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
        if (Filters.find(name) == null && !soft) {
            unknown.add(new Lexer.Failure(line, new Refusal("no filter named '" + name + "'")));
        }
        Expression.Given given = isOperator("(") ? arguments() : Expression.Given.NONE;
        return new Expression.Filtered(value, name, given, line);
    }

    private Expression test(Expression value) {
        int line = next().line();
        boolean negated = skip(Kind.NAME, "not");
        String name = dotted();
        if (Tests.find(name) == null && !soft) {
            unknown.add(new Lexer.Failure(line, new Refusal("no test named '" + name + "'")));
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
