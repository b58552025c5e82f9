package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads statements and keeps the scopes that they open. */
final class TemplateParser extends ExpressionParser {
    private static final Set<String> UNSUPPORTED =
            Set.of("autoescape", "block", "extends", "from", "import", "include");
    private static final Set<String> NOT_NAMES = Set.of("true", "false", "none", "True", "False", "None");

    private int loops;

    private TemplateParser(List<Token> tokens) {
        super(tokens);
    }

    /** A template that has been read. */
    record Parsed(List<Statement> statements, Scope scope) {}

    static Parsed parse(String source) {
        TemplateParser parser = new TemplateParser(Lexer.tokens(source));
        Scope root = parser.scope();
        List<Statement> statements = parser.statements();
        if (parser.token().kind() != Kind.END) {
            throw parser.failure("unexpected tag " + parser.token().shown());
        }
        parser.checkUnknown();
        return new Parsed(statements, root);
    }

    /** Reads up to one of the end tags, whose name is then the next token, or to the end. */
    private List<Statement> statements(String... ends) {
        enter();
        List<Statement> result = new ArrayList<>();
        while (true) {
            Token token = token();
            switch (token.kind()) {
                case DATA -> result.add(new Statement.Data(Text.trusted(next().text()), token.line()));
                case VARIABLE_BEGIN -> {
                    next();
                    result.add(new Statement.Print(tuple(true, false), token.line()));
                    expect(Kind.VARIABLE_END);
                }
                case BLOCK_BEGIN -> {
                    next();
                    for (String end : ends) {
                        if (token().is(Kind.NAME, end)) {
                            leave();
                            return result;
                        }
                    }
                    statement(result);
                    expect(Kind.BLOCK_END);
                }
                case END -> {
                    if (ends.length > 0) {
                        throw failure("unexpected end of template, expected '" + String.join("' or '", ends) + "'");
                    }
                    leave();
                    return result;
                }
                default -> throw failure("unexpected " + token.shown());
            }
        }
    }

    /** The body of a statement up to its end tag, which is read too but for what closes it. */
    private List<Statement> body(String end) {
        expect(Kind.BLOCK_END);
        List<Statement> result = statements(end);
        next();
        return result;
    }

    private void statement(List<Statement> result) {
        Token tag = expect(Kind.NAME);
        int line = tag.line();
        switch (tag.text()) {
            case "if" -> result.add(conditional(line));
            case "for" -> result.add(loop(line));
            case "set" -> result.add(assignment(line));
            case "macro" -> result.add(macro(line));
            case "call" -> result.add(callBlock(line));
            case "filter" -> result.add(filterBlock(line));
            case "with" -> result.add(with(line));
            case "generation" -> result.add(generation(line));
            case "break", "continue" -> result.add(jump(tag));
            case "print" -> print(result, line);
            default -> {
                boolean known = UNSUPPORTED.contains(tag.text());
                throw new Lexer.Failure(
                        line,
                        new Refusal(
                                (known
                                        ? "the tag '" + tag.text() + "' is not supported"
                                        : "unknown tag '" + tag.text() + "'")));
            }
        }
    }

    private void print(List<Statement> result, int line) {
        while (token().kind() != Kind.BLOCK_END) {
            if (!result.isEmpty() && isOperator(",")) {
                next();
            }
            result.add(new Statement.Print(expression(), line));
            if (token().kind() != Kind.BLOCK_END && !isOperator(",")) {
                throw failure("expected ',', got " + token().shown());
            }
        }
    }

    private Statement jump(Token tag) {
        if (loops == 0) {
            throw new Lexer.Failure(tag.line(), new Refusal("'" + tag.text() + "' outside of a loop"));
        }
        boolean last = tag.text().equals("break");
        return new Statement.Jump(last ? Statement.Signal.BREAK : Statement.Signal.CONTINUE, tag.line());
    }

    private Statement conditional(int line) {
        List<Expression> tests = new ArrayList<>();
        List<List<Statement>> bodies = new ArrayList<>();
        List<Statement> otherwise = new ArrayList<>();
        boolean outer = soft();
        soft(true);
        String tag = "if";
        while (!tag.equals("endif")) {
            if (!tag.equals("else")) {
                tests.add(tuple(false, false));
            }
            expect(Kind.BLOCK_END);
            scope().enterCondition();
            List<Statement> body = tag.equals("else") ? statements("endif") : statements("elif", "else", "endif");
            scope().leaveCondition();
            if (tag.equals("else")) {
                otherwise = body;
            } else {
                bodies.add(body);
            }
            tag = next().text();
        }
        soft(outer);
        return new Statement.If(tests, bodies, otherwise, line);
    }

    /** Reads something in a new scope, where loops and guards outside count no more. */
    private <T> T inScope(Scope inner, int loopsInside, Supplier<T> reading) {
        Scope outer = scope();
        boolean outerSoft = soft();
        int outerLoops = loops;
        scope(inner);
        soft(false);
        loops = loopsInside;
        T result = reading.get();
        scope(outer);
        soft(outerSoft);
        loops = outerLoops;
        return result;
    }

    private Statement loop(int line) {
        Target target = target(false, "in");
        if (!skip(Kind.NAME, "in")) {
            throw failure("expected 'in', got " + token().shown());
        }
        Expression items = tuple(false, false, "recursive");
        Scope testScope = new Scope(scope());
        Scope bodyScope = new Scope(scope());
        Scope elseScope = new Scope(scope());
        parameters(target, testScope);
        parameters(target, bodyScope);
        bodyScope.parameter("loop");
        @Nullable Expression test = null;
        if (skip(Kind.NAME, "if")) {
            test = inScope(testScope, 0, this::expression);
        }
        boolean recursive = skip(Kind.NAME, "recursive");
        expect(Kind.BLOCK_END);
        List<Statement> body = inScope(bodyScope, 1, () -> statements("endfor", "else"));
        List<Statement> otherwise = Statement.none();
        if (next().text().equals("else")) {
            otherwise = inScope(elseScope, 0, () -> body("endfor"));
        }
        return new Statement.For(
                target, items, test, testScope, bodyScope, body, elseScope, otherwise, recursive, line);
    }

    /** A name, {@code namespace.name}, or several with commas between them. */
    private Target target(boolean members, String end) {
        List<Target> targets = new ArrayList<>();
        boolean comma = false;
        boolean parentheses = skipOperator("(");
        while (token().kind() == Kind.NAME && !token().text().equals(end)) {
            targets.add(single(members));
            if (!skipOperator(",")) {
                break;
            }
            comma = true;
        }
        if (parentheses) {
            expectOperator(")");
        }
        if (targets.isEmpty() || isOperator(",") || isOperator("(")) {
            throw failure("cannot assign to " + token().shown());
        }
        return comma ? new Target.Several(targets) : targets.get(0);
    }

    private Target single(boolean members) {
        Token name = next();
        boolean member = members && skipOperator(".");
        boolean reserved = NOT_NAMES.contains(name.text())
                || (!member
                        && Set.of("loop", "self", "super", "caller", "kwargs", "varargs")
                                .contains(name.text()));
        if (reserved) {
            throw new Lexer.Failure(name.line(), new Refusal("cannot assign to '" + name.text() + "'"));
        }
        return member ? new Target.Member(name.text(), expect(Kind.NAME).text()) : new Target.Variable(name.text());
    }

    private static void parameters(Target target, Scope scope) {
        if (target instanceof Target.Variable variable) {
            scope.parameter(variable.name());
        } else if (target instanceof Target.Several several) {
            several.targets().forEach(one -> parameters(one, scope));
        }
    }

    private void store(Target target) {
        if (target instanceof Target.Variable variable) {
            scope().store(variable.name());
        } else if (target instanceof Target.Member member) {
            load(member.namespace());
        } else if (target instanceof Target.Several several) {
            several.targets().forEach(this::store);
        }
    }

    private Statement assignment(int line) {
        Target target = target(true, "");
        if (skipOperator("=")) {
            Expression value = tuple(true, false);
            store(target);
            return new Statement.Assign(target, value, line);
        }
        store(target);
        Scope inner = new Scope(scope());
        @Nullable Expression filter = skipOperator("|") ? inScope(new Scope(null), 0, this::filtersWithoutNames) : null;
        return inScope(inner, 0, () -> new Statement.AssignBlock(target, inner, body("endset"), filter, line));
    }

    /** Jinja forgets to look for the names in these filters, so that they are found only by accident. */
    private Expression filtersWithoutNames() {
        Expression filters = filters();
        if (!scope().isEmpty()) {
            throw failure("a variable in the filter of a block assignment is not supported");
        }
        return filters;
    }

    private Expression filters() {
        Expression value = filter(new Expression.Captured());
        while (skipOperator("|")) {
            value = filter(value);
        }
        return value;
    }

    /** The names in the filter's arguments belong to the scope outside, and are looked up from inside. */
    private Statement filterBlock(int line) {
        Expression filters = filters();
        Scope inner = new Scope(scope());
        return inScope(inner, 0, () -> new Statement.FilterBlock(inner, body("endfilter"), filters, line));
    }

    private Statement with(int line) {
        List<Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (token().kind() != Kind.BLOCK_END) {
            if (!targets.isEmpty()) {
                expectOperator(",");
            }
            targets.add(target(false, ""));
            expectOperator("=");
            values.add(expression());
        }
        Scope inner = new Scope(scope());
        targets.forEach(target -> parameters(target, inner));
        int outside = loops;
        return inScope(inner, outside, () -> new Statement.With(targets, values, inner, body("endwith"), line));
    }

    private Statement generation(int line) {
        Scope inner = new Scope(scope());
        enterMacro();
        List<Statement> body = inScope(inner, 0, () -> body("endgeneration"));
        if (!leaveMacro().isEmpty()) {
            throw new Lexer.Failure(line, new Refusal("a macro's arguments inside 'generation' are not supported"));
        }
        return new Statement.Generation(inner, body, line);
    }

    private Statement macro(int line) {
        String name = expect(Kind.NAME).text();
        scope().store(name);
        return new Statement.Define(macroBody(name, "endmacro"), line);
    }

    private Statement callBlock(int line) {
        Scope outer = scope();
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        Scope inner = new Scope(outer);
        if (isOperator("(")) {
            inScope(inner, 0, () -> signature(parameters, defaults, inner));
        }
        Expression callee = expression();
        if (!(callee instanceof Expression.Call call)) {
            throw new Lexer.Failure(line, new Refusal("expected a call"));
        }
        return new Statement.CallBlock(rest("caller", parameters, defaults, inner, "endcall"), call, line);
    }

    private Macro macroBody(String name, String end) {
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        Scope inner = new Scope(scope());
        inScope(inner, 0, () -> signature(parameters, defaults, inner));
        return rest(name, parameters, defaults, inner, end);
    }

    private Macro rest(String name, List<String> parameters, List<Expression> defaults, Scope inner, String end) {
        enterMacro();
        List<Statement> body = inScope(inner, 0, () -> body(end));
        Set<String> specials = leaveMacro();
        specials.forEach(inner::parameter);
        return new Macro(name, parameters, defaults, inner, body, specials);
    }

    private boolean signature(List<String> parameters, List<Expression> defaults, Scope inner) {
        expectOperator("(");
        while (!isOperator(")")) {
            if (!parameters.isEmpty()) {
                expectOperator(",");
            }
            Target target = single(false);
            parameters(target, inner);
            if (!(target instanceof Target.Variable variable) || parameters.contains(variable.name())) {
                throw failure("a parameter is named twice");
            }
            parameters.add(variable.name());
            if (skipOperator("=")) {
                defaults.add(expression());
            } else if (!defaults.isEmpty()) {
                throw failure("a parameter without default follows one with a default");
            }
        }
        expectOperator(")");
        return true;
    }
}
