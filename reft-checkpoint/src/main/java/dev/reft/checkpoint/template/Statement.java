package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Values.Lazy;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something that writes or assigns. */
interface Statement {
    /** How a loop goes on after a statement. */
    enum Signal {
        NEXT,
        BREAK,
        CONTINUE
    }

    int line();

    Signal execute(Frame frame, TextBuilder out);

    /** Text of the template. */
    record Data(Text text, int line) implements Statement {
        @Override
        public Signal execute(Frame frame, TextBuilder out) {
            out.append(text);
            return Signal.NEXT;
        }
    }

    /** {@code {{ value }}}. */
    record Print(Expression value, int line) implements Statement {
        @Override
        public Signal execute(Frame frame, TextBuilder out) {
            out.append(Printer.str(frame.budget(), frame.run().evaluate(value, frame)));
            return Signal.NEXT;
        }
    }

    /** {@code if}, with its {@code elif} as further tests. */
    record If(List<Expression> tests, List<List<Statement>> bodies, List<Statement> otherwise, int line)
            implements Statement {
        @Override
        public Signal execute(Frame frame, TextBuilder out) {
            for (int i = 0; i < tests.size(); i++) {
                if (Iterating.truthy(frame.run().evaluate(tests.get(i), frame))) {
                    return frame.run().execute(bodies.get(i), frame, out);
                }
            }
            return frame.run().execute(otherwise, frame, out);
        }
    }

    /** {@code break} and {@code continue}. */
    record Jump(Signal signal, int line) implements Statement {
        @Override
        public Signal execute(Frame frame, TextBuilder out) {
            return signal;
        }
    }

    /** {@code set name = value}. */
    record Assign(Target target, Expression value, int line) implements Statement {
        @Override
        public Signal execute(Frame frame, TextBuilder out) {
            target.assign(frame, frame.run().evaluate(value, frame));
            return Signal.NEXT;
        }
    }

    /** {@code set name}...{@code endset}, perhaps with a filter. */
    record AssignBlock(
            Target target,
            Scope scope,
            List<Statement> body,
            @Nullable Expression filter,
            int line) implements Statement {
        @Override
        public Signal execute(Frame frame, TextBuilder out) {
            target.assign(frame, captured(frame, scope, body, filter));
            return Signal.NEXT;
        }
    }

    /** {@code filter}...{@code endfilter}. */
    record FilterBlock(Scope scope, List<Statement> body, Expression filter, int line) implements Statement {
        @Override
        public Signal execute(Frame frame, TextBuilder out) {
            Object result = captured(frame, scope, body, filter);
            if (!(result instanceof Text text)) {
                throw new Refusal("a filter block must give a string, not '" + Values.type(result) + "'");
            }
            out.append(text);
            return Signal.NEXT;
        }
    }

    private static Object captured(Frame frame, Scope scope, List<Statement> body, @Nullable Expression filter) {
        Frame inner = new Frame(frame.run(), frame, scope);
        TextBuilder text = new TextBuilder(frame.budget());
        frame.run().execute(body, inner, text);
        if (filter == null) {
            return text.build();
        }
        inner.store(Expression.Captured.NAME, text.build());
        return frame.run().evaluate(filter, inner);
    }

    /** {@code with}...{@code endwith}. */
    record With(List<Target> targets, List<Expression> values, Scope scope, List<Statement> body, int line)
            implements Statement {
        @Override
        public Signal execute(Frame frame, TextBuilder out) {
            Frame inner = new Frame(frame.run(), frame, scope);
            for (int i = 0; i < targets.size(); i++) {
                targets.get(i).assign(inner, frame.run().evaluate(values.get(i), frame));
            }
            return frame.run().execute(body, inner, out);
        }
    }

    /** {@code macro}. */
    record Define(Macro macro, int line) implements Statement {
        @Override
        public Signal execute(Frame frame, TextBuilder out) {
            frame.store(macro.name(), macro.bind(frame));
            return Signal.NEXT;
        }
    }

    /** {@code call}...{@code endcall}. */
    record CallBlock(Macro caller, Expression.Call call, int line) implements Statement {
        @Override
        public Signal execute(Frame frame, TextBuilder out) {
            Object result = call.call(frame, caller.bind(frame));
            out.append(Printer.str(frame.budget(), result));
            return Signal.NEXT;
        }
    }

    /** {@code generation}...{@code endgeneration}: what the assistant wrote. */
    record Generation(Scope scope, List<Statement> body, int line) implements Statement {
        @Override
        public Signal execute(Frame frame, TextBuilder out) {
            Frame inner = new Frame(frame.run(), frame, scope);
            int start = out.length();
            frame.run().execute(body, inner, out);
            frame.run().generated(out, start);
            return Signal.NEXT;
        }
    }

    /** {@code for}. */
    record For(
            Target target,
            Expression items,
            @Nullable Expression test,
            Scope testScope,
            Scope scope,
            List<Statement> body,
            Scope otherwiseScope,
            List<Statement> otherwise,
            boolean recursive,
            int line)
            implements Statement {
        @Override
        public Signal execute(Frame frame, TextBuilder out) {
            loop(frame, frame.run().evaluate(items, frame), 0, out);
            return Signal.NEXT;
        }

        private void loop(Frame frame, Object over, int depth, TextBuilder out) {
            LoopState state = start(frame, over, depth);
            boolean finishedOne = false;
            for (Object item = state.next(); item != null; item = state.next()) {
                frame.budget().work(10);
                Frame inner = new Frame(frame.run(), frame, scope);
                target.assign(inner, item);
                inner.store("loop", state);
                Signal signal = frame.run().execute(body, inner, out);
                if (signal == Signal.BREAK) {
                    break;
                }
                // As in Jinja, rounds that were left early do not count for the else.
                finishedOne |= signal == Signal.NEXT;
            }
            if (!finishedOne) {
                frame.run().execute(otherwise, new Frame(frame.run(), frame, otherwiseScope), out);
            }
        }

        private LoopState start(Frame frame, Object over, int depth) {
            Iterator<Object> iterator = Iterating.iterate(frame.budget(), over);
            LoopState.@Nullable Recursion recursion = recursive ? (more, level) -> again(frame, more, level) : null;
            if (test == null) {
                return new LoopState(frame.budget(), over, iterator, recursion, depth);
            }
            Iterator<Object> passing = SelectionFilters.filtered(iterator, item -> {
                frame.budget().work(10);
                Frame inner = new Frame(frame.run(), frame, testScope);
                target.assign(inner, item);
                return Iterating.truthy(frame.run().evaluate(test, inner));
            });
            return new LoopState(frame.budget(), new Lazy(passing), passing, recursion, depth);
        }

        private Object again(Frame frame, Object over, int depth) {
            frame.budget().enterCall();
            TextBuilder text = new TextBuilder(frame.budget());
            loop(frame, over, depth, text);
            frame.budget().leaveCall();
            return text.build();
        }
    }

    /** A block without statements. */
    static List<Statement> none() {
        return new ArrayList<>();
    }
}
