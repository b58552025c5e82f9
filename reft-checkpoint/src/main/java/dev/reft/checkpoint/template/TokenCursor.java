package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Where a parser is in a template: the next token, how deep, in which scope. */
abstract class TokenCursor {
    private static final int DEEPEST = 100;
    private static final Set<String> MACRO_SPECIALS = Set.of("caller", "kwargs", "varargs");

    private final List<Token> tokens;
    private int at;
    private int depth;

    /** Filters and tests without a definition, which is an error unless an {@code if} may keep them from being used. */
    private final List<Lexer.Failure> unknown = new ArrayList<>();

    private final Deque<Set<String>> macroSpecials = new ArrayDeque<>();
    private Scope scope = new Scope(null);
    private boolean soft;

    TokenCursor(List<Token> tokens) {
        this.tokens = tokens;
    }

    // The tokens

    Token token() {
        return tokens.get(at);
    }

    Token look() {
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

    /** Whether an {@code if} may keep what is read now from being used. */
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

    void unknown(int line, String reason) {
        if (!soft) {
            unknown.add(new Lexer.Failure(line, new Refusal(reason)));
        }
    }

    int unknowns() {
        return unknown.size();
    }

    /** Forgives what was unknown since there were so many. */
    void forgive(int since) {
        unknown.subList(since, unknown.size()).clear();
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
}
