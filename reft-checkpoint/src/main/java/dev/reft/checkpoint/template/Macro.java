package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Values.Callable;
import dev.reft.checkpoint.template.Values.PyDict;
import dev.reft.checkpoint.template.Values.PyTuple;
import dev.reft.checkpoint.template.Values.Undefined;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A macro, or the body of a call block.
 *
 * @param defaults of the last parameters
 * @param specials which of {@code caller}, {@code kwargs} and {@code varargs} the body reads
 */
record Macro(
        String name,
        List<String> parameters,
        List<Expression> defaults,
        Scope scope,
        List<Statement> body,
        Set<String> specials) {

    Callable bind(Frame defined) {
        return new Bound(this, defined);
    }

    /** A macro with the names that it was defined among. */
    record Bound(Macro macro, Frame defined) implements Callable {
        @Override
        public Object call(Run run, Arguments arguments) {
            run.budget().enterCall();
            Frame frame = new Frame(run, defined, macro.scope);
            macro.pass(frame, arguments);
            TextBuilder out = new TextBuilder(run.budget());
            run.execute(macro.body, frame, out);
            run.budget().leaveCall();
            return out.build();
        }
    }

    private void pass(Frame frame, Arguments arguments) {
        List<Object> positional = arguments.positional();
        Map<String, Object> named = new LinkedHashMap<>(arguments.named());
        for (int i = 0; i < parameters.size(); i++) {
            String parameter = parameters.get(i);
            @Nullable Object value = i < positional.size() ? positional.get(i) : named.remove(parameter);
            if (value != null) {
                frame.store(parameter, value);
            }
        }
        specials(frame, arguments, named);
        for (int i = 0; i < parameters.size(); i++) {
            if (frame.find(parameters.get(i)) == null) {
                int fromEnd = i - parameters.size() + defaults.size();
                frame.store(
                        parameters.get(i),
                        fromEnd < 0
                                ? new Undefined("parameter '" + parameters.get(i) + "' was not provided")
                                : frame.run().evaluate(defaults.get(fromEnd), frame));
            }
        }
    }

    private void specials(Frame frame, Arguments arguments, Map<String, Object> named) {
        if (specials.contains("caller")) {
            @Nullable Object caller = named.remove("caller");
            frame.store("caller", caller == null ? new Undefined("no caller defined") : caller);
        }
        if (specials.contains("kwargs")) {
            PyDict rest = new PyDict();
            named.forEach((key, value) -> rest.put(Text.trusted(key), value));
            frame.store("kwargs", rest);
        } else if (!named.isEmpty()) {
            throw new Refusal("macro '" + name + "' takes no keyword argument '"
                    + named.keySet().iterator().next() + "'");
        }
        int extra = Math.max(0, arguments.positional().size() - parameters.size());
        if (specials.contains("varargs")) {
            int all = arguments.positional().size();
            frame.store("varargs", new PyTuple(arguments.positional().subList(all - extra, all)));
        } else if (extra > 0) {
            throw new Refusal("macro '" + name + "' takes not more than " + parameters.size() + " arguments");
        }
    }
}
