package dev.reft.checkpoint.template;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One rendering: what it was given, what it may still use, where it is. */
final class Run {
    /** Expressions and statements inside each other, macros called from macros included; keeps within any stack. */
    private static final int DEEPEST = 1000;

    private final Budget budget;
    private final Map<String, Object> given;
    private final LocalDateTime now;
    private final TextBuilder output;
    private final List<int[]> generated = new ArrayList<>();
    private boolean generatedInside;
    private int line = 1;
    private int depth;

    Run(Budget budget, Map<String, Object> given, LocalDateTime now) {
        this.budget = budget;
        this.given = given;
        this.now = now;
        this.output = new TextBuilder(budget);
    }

    Budget budget() {
        return budget;
    }

    LocalDateTime now() {
        return now;
    }

    TextBuilder output() {
        return output;
    }

    int line() {
        return line;
    }

    /** Notes where an error would be. */
    void at(int place) {
        line = place;
    }

    /** What the caller gave under a name, or the global function of that name. */
    @Nullable
    Object given(String name) {
        @Nullable Object value = given.get(name);
        return value == null ? Globals.find(name) : value;
    }

    Object evaluate(Expression expression, Frame frame) {
        enter();
        Object value = expression.evaluate(frame);
        depth--;
        return value;
    }

    Statement.Signal execute(List<Statement> statements, Frame frame, TextBuilder out) {
        enter();
        for (Statement statement : statements) {
            at(statement.line());
            Statement.Signal signal = statement.execute(frame, out);
            if (signal != Statement.Signal.NEXT) {
                depth--;
                return signal;
            }
        }
        depth--;
        return Statement.Signal.NEXT;
    }

    private void enter() {
        if (++depth > DEEPEST) {
            throw new Refusal("expressions, statements and calls are nested more than " + DEEPEST + " deep");
        }
        budget.work(1);
    }

    /** Notes that the assistant's text is in a part of what was written. */
    void generated(TextBuilder out, int start) {
        if (out == output) {
            generated.add(new int[] {start, out.length()});
        } else {
            generatedInside = true;
        }
    }

    List<int[]> generated() {
        return generated;
    }

    /** Whether assistant's text was made inside a macro or another block, so that its place is unknown. */
    boolean generatedInside() {
        return generatedInside;
    }
}
