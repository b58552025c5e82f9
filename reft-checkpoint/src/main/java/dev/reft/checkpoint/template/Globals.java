package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Values.Function;
import dev.reft.checkpoint.template.Values.Namespace;
import dev.reft.checkpoint.template.Values.PyDict;
import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions that every template can call. */
final class Globals {
    private static final Map<String, Object> ALL = Map.of(
            "range", new Function("range", SequenceFilters::range),
            "dict", new Function("dict", Globals::dict),
            "namespace", new Function("namespace", Globals::namespace),
            "raise_exception", new Function("raise_exception", Globals::raise),
            "strftime_now", new Function("strftime_now", Globals::now),
            "lipsum", unsupported("lipsum"),
            "cycler", unsupported("cycler"),
            "joiner", unsupported("joiner"));

    private Globals() {}

    static @Nullable Object find(String name) {
        return ALL.get(name);
    }

    private static Function unsupported(String name) {
        return new Function(name, (run, arguments) -> {
            throw Refusal.unsupported("the function '" + name + "'");
        });
    }

    private static Object dict(Run run, Arguments arguments) {
        PyDict result = new PyDict();
        if (arguments.positional().size() > 1) {
            throw new Refusal("dict expected at most 1 argument, got "
                    + arguments.positional().size());
        }
        for (Object from : arguments.positional()) {
            if (from instanceof PyDict other) {
                other.entries().forEach(entry -> result.put(entry.key(), entry.value()));
            } else {
                for (Object pair : Iterating.list(run.budget(), from)) {
                    List<Object> items = Iterating.list(run.budget(), pair);
                    if (items.size() != 2) {
                        throw new Refusal("dict() needs pairs");
                    }
                    result.put(items.get(0), items.get(1));
                }
            }
        }
        run.budget().memory(result.size(), 24);
        arguments.named().forEach((name, value) -> result.put(Text.trusted(name), value));
        return result;
    }

    private static Object namespace(Run run, Arguments arguments) {
        Namespace namespace = new Namespace();
        for (PyDict.Entry entry : ((PyDict) dict(run, arguments)).entries()) {
            namespace.set(Strings.require(entry.key()).value(), entry.value());
        }
        return namespace;
    }

    private static Object raise(Run run, Arguments arguments) {
        Object message = TextMethods.given(arguments.bind("raise_exception", 1, "message")[0]);
        throw new Refusal(Printer.str(run.budget(), message).value());
    }

    private static Object now(Run run, Arguments arguments) {
        Text format = Strings.require(arguments.bind("strftime_now", 1, "format")[0]);
        TextBuilder out = new TextBuilder(run.budget());
        String value = format.value();
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) != '%') {
                out.append(format.slice(i, i + 1));
            } else if (++i == value.length()) {
                throw Refusal.unsupported("a time format that ends in %");
            } else {
                out.append(directive(run.now(), value.charAt(i)));
            }
        }
        return out.build();
    }

    private static String directive(LocalDateTime now, char directive) {
        return switch (directive) {
            case 'Y' -> Integer.toString(now.getYear());
            case 'y' -> two(now.getYear() % 100);
            case 'm' -> two(now.getMonthValue());
            case 'd' -> two(now.getDayOfMonth());
            case 'H' -> two(now.getHour());
            case 'I' -> two((now.getHour() + 11) % 12 + 1);
            case 'M' -> two(now.getMinute());
            case 'S' -> two(now.getSecond());
            case 'p' -> now.getHour() < 12 ? "AM" : "PM";
            case 'B' -> now.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'b' -> now.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case 'A' -> now.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'a' -> now.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case 'j' -> String.format(Locale.ROOT, "%03d", now.getDayOfYear());
            case 'F' -> now.toLocalDate().toString();
            case 'T' -> directive(now, 'H') + ":" + directive(now, 'M') + ":" + directive(now, 'S');
            case '%' -> "%";
            default -> throw Refusal.unsupported("the time format %" + directive);
        };
    }

    private static String two(int number) {
        return String.format(Locale.ROOT, "%02d", number);
    }
}
