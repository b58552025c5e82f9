package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Values.Callable;
import dev.reft.checkpoint.template.Values.Function;
import dev.reft.checkpoint.template.Values.Undefined;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The {@code loop} variable, and the loop's place in what it goes through. */
final class LoopState implements Callable {
    /** Renders a recursive loop over other items. */
    interface Recursion {
        Object render(Object items, int depth);
    }

    private final Budget budget;
    private final Object iterable;
    private final @Nullable Recursion recursion;
    private final int depth;
    private Iterator<Object> items;
    private int index = -1;
    private int length = -1;
    private @Nullable Object before;
    private @Nullable Object current;
    private @Nullable Object after;
    private @Nullable List<Object> changed;

    LoopState(Budget budget, Object iterable, Iterator<Object> items, @Nullable Recursion recursion, int depth) {
        this.budget = budget;
        this.iterable = iterable;
        this.items = items;
        this.recursion = recursion;
        this.depth = depth;
    }

    /** The next item, null at the end. */
    @Nullable
    Object next() {
        @Nullable Object next = peek();
        after = null;
        if (next != null) {
            index++;
            before = current;
            current = next;
        }
        return next;
    }

    private @Nullable Object peek() {
        if (after == null && items.hasNext()) {
            after = items.next();
        }
        return after;
    }

    int length() {
        if (length >= 0) {
            return length;
        }
        @Nullable Integer known = iterable == this ? null : Iterating.sizeOrNull(iterable);
        if (known != null) {
            length = known;
            return length;
        }
        List<Object> rest = new ArrayList<>();
        while (items.hasNext()) {
            budget.memory(8);
            rest.add(items.next());
        }
        items = rest.iterator();
        length = rest.size() + index + 1 + (after == null ? 0 : 1);
        return length;
    }

    @Nullable
    Object attribute(String name) {
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) length() - index;
            case "revindex0" -> (long) length() - index - 1;
            case "first" -> index == 0;
            case "last" -> peek() == null;
            case "length" -> (long) length();
            case "depth" -> depth + 1L;
            case "depth0" -> (long) depth;
            case "previtem" -> before == null ? new Undefined("there is no previous item") : before;
            case "nextitem" -> {
                @Nullable Object next = peek();
                yield next == null ? new Undefined("there is no next item") : next;
            }
            case "cycle" -> new Function(name, (run, arguments) -> cycle(arguments));
            case "changed" -> new Function(name, (run, arguments) -> changed(arguments));
            default -> {
                if (name.startsWith("_")) {
                    throw new Refusal("access to attribute '" + name + "' is unsafe");
                }
                yield null;
            }
        };
    }

    private Object cycle(Arguments arguments) {
        List<Object> choices = arguments.positional();
        if (choices.isEmpty() || !arguments.named().isEmpty()) {
            throw new Refusal("no items for cycling given");
        }
        return choices.get(index % choices.size());
    }

    private Object changed(Arguments arguments) {
        List<Object> values = arguments.positional();
        boolean same =
                changed != null && Comparing.equal(budget, new Values.PyTuple(changed), new Values.PyTuple(values));
        changed = values;
        return !same;
    }

    @Override
    public Object call(Run run, Arguments arguments) {
        if (recursion == null) {
            throw new Refusal("only a loop marked 'recursive' can be called");
        }
        return recursion.render(TextMethods.given(arguments.bind("loop", 1, "iterable")[0]), depth + 1);
    }
}
