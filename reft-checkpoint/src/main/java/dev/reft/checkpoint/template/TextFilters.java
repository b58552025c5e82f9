package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Values.None;
import dev.reft.checkpoint.template.Values.PyDict;
import dev.reft.checkpoint.template.Values.PyTuple;
import dev.reft.checkpoint.template.Values.Undefined;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Filters on strings. */
final class TextFilters {
    private TextFilters() {}

    static void addTo(Map<String, Filters.Filter> all) {
        all.put("upper", (run, value, a) -> none(a, "upper", Strings.upper(run.budget(), soft(run, value))));
        all.put("lower", (run, value, a) -> none(a, "lower", Strings.lower(run.budget(), soft(run, value))));
        all.put(
                "capitalize",
                (run, value, a) -> none(a, "capitalize", Strings.capitalize(run.budget(), soft(run, value))));
        all.put("title", TextFilters::title);
        all.put("string", (run, value, a) -> none(a, "string", Printer.str(run.budget(), value)));
        all.put("trim", TextFilters::trim);
        all.put("replace", TextFilters::replace);
        all.put("center", TextFilters::center);
        all.put("format", TextFilters::format);
        all.put("indent", TextFilters::indent);
        all.put("truncate", TextFilters::truncate);
        all.put("wordcount", TextFilters::wordCount);
        all.put("urlencode", TextFilters::urlEncode);
        all.put("join", TextFilters::join);
        all.put(
                "safe",
                (run, value, a) ->
                        none(a, "safe", Printer.str(run.budget(), value).asMarkup()));
        all.put("escape", (run, value, a) -> none(a, "escape", escape(run, value)));
        all.put("e", (run, value, a) -> none(a, "e", escape(run, value)));
        all.put("forceescape", (run, value, a) -> {
            Text text = Printer.str(run.budget(), value);
            return none(a, "forceescape", escape(run, text.slice(0, text.value().length())));
        });
    }

    private static Object none(Arguments arguments, String name, Object result) {
        arguments.none(name);
        return result;
    }

    /** The value as a string. */
    static Text soft(Run run, Object value) {
        return Strings.plain(Printer.str(run.budget(), value));
    }

    private static Object trim(Run run, Object value, Arguments arguments) {
        return Strings.strip(run.budget(), soft(run, value), arguments.bind("trim", 0, "chars")[0], true, true);
    }

    private static Object replace(Run run, Object value, Arguments arguments) {
        @Nullable Object[] given = arguments.bind("replace", 2, "old", "new", "count");
        long count = given[2] == null || given[2] instanceof None ? -1 : Arithmetic.toLong(given[2]);
        Text old = soft(run, TextMethods.given(given[0]));
        return Strings.replace(run.budget(), soft(run, value), old, soft(run, TextMethods.given(given[1])), count);
    }

    private static Object center(Run run, Object value, Arguments arguments) {
        @Nullable Object[] given = arguments.bind("center", 0, "width");
        long width = given[0] == null ? 80 : Arithmetic.toLong(given[0]);
        return Strings.pad(run.budget(), soft(run, value), width, null, 'c');
    }

    private static Object format(Run run, Object value, Arguments arguments) {
        if (!arguments.positional().isEmpty() && !arguments.named().isEmpty()) {
            throw new Refusal("format takes positional or named arguments, not both");
        }
        Object given = new PyTuple(arguments.positional());
        if (!arguments.named().isEmpty()) {
            PyDict named = new PyDict();
            arguments.named().forEach((name, item) -> named.put(Text.trusted(name), item));
            given = named;
        }
        return Formatting.percent(run.budget(), soft(run, value), given);
    }

    /** Upper case after each run of white space, brackets or hyphens, lower case elsewhere. */
    private static Object title(Run run, Object value, Arguments arguments) {
        arguments.none("title");
        Text text = soft(run, value);
        TextBuilder out = new TextBuilder(run.budget());
        int start = 0;
        while (start < text.value().length()) {
            boolean gap = isGap(text.value().codePointAt(start));
            int end = start;
            while (end < text.value().length() && isGap(text.value().charAt(end)) == gap) {
                end++;
            }
            int first = gap ? end : start + Character.charCount(text.value().codePointAt(start));
            out.append(Strings.upper(run.budget(), text.slice(start, first)));
            out.append(Strings.lowerRest(run.budget(), text.slice(first, end)));
            start = end;
        }
        return out.build();
    }

    private static boolean isGap(int c) {
        return Strings.isSpace(c) || "-({[<".indexOf(c) >= 0;
    }

    private static Object indent(Run run, Object value, Arguments arguments) {
        @Nullable Object[] given = arguments.bind("indent", 0, "width", "first", "blank");
        Budget budget = run.budget();
        Text width = given[0] instanceof Text text
                ? Strings.plain(text)
                : new TextBuilder(budget)
                        .repeat(Text.trusted(" "), given[0] == null ? 4 : Arithmetic.toLong(given[0]))
                        .build();
        boolean first = given[1] != null && Iterating.truthy(given[1]);
        boolean blank = given[2] != null && Iterating.truthy(given[2]);
        Text text = Strings.require(value);
        List<Object> lines = Strings.lines(
                budget, new TextBuilder(budget).append(text).append("\n").build(), false);
        TextBuilder out = new TextBuilder(budget);
        for (int i = 0; i < lines.size(); i++) {
            Text line = (Text) lines.get(i);
            out.append(i == 0 ? "" : "\n");
            if (i == 0 ? first : blank || !line.isEmpty()) {
                out.append(width);
            }
            out.append(line);
        }
        return out.build();
    }

    private static Object truncate(Run run, Object value, Arguments arguments) {
        @Nullable Object[] given = arguments.bind("truncate", 0, "length", "killwords", "end", "leeway");
        long length = given[0] == null ? 255 : Arithmetic.toLong(given[0]);
        Text end = given[2] == null ? Text.trusted("...") : Strings.require(given[2]);
        long leeway = given[3] == null || given[3] instanceof None ? 5 : Arithmetic.toLong(given[3]);
        if (length < end.size() || leeway < 0) {
            throw new Refusal("truncate() to " + length + " with leeway " + leeway);
        } else if (value instanceof Undefined) {
            return value;
        }
        Text text = Strings.require(value);
        if (text.size() <= length + leeway) {
            return text;
        }
        Text cut = text.range(0, (int) length - end.size());
        boolean words = given[1] == null || !Iterating.truthy(given[1]);
        int space = words ? cut.value().lastIndexOf(' ') : -1;
        return new TextBuilder(run.budget())
                .append(space < 0 ? cut : cut.slice(0, space))
                .append(end)
                .build();
    }

    private static Object wordCount(Run run, Object value, Arguments arguments) {
        arguments.none("wordcount");
        Text text = soft(run, value);
        Strings.checkKnown(text.value());
        run.budget().work(text.value().length());
        boolean[] inside = {false};
        return text.value()
                .codePoints()
                .filter(c -> {
                    boolean word = TextMethods.isAlnum(c) || c == '_';
                    boolean begins = word && !inside[0];
                    inside[0] = word;
                    return begins;
                })
                .count();
    }

    private static Object urlEncode(Run run, Object value, Arguments arguments) {
        arguments.none("urlencode");
        TextBuilder out = new TextBuilder(run.budget());
        if (value instanceof Text || !Iterating.isIterable(value)) {
            quote(out, soft(run, value), false);
            return out.build();
        }
        Iterator<Object> pairs = Iterating.iterate(
                run.budget(), value instanceof PyDict dict ? new Values.DictView("items", dict) : value);
        String between = "";
        while (pairs.hasNext()) {
            List<Object> pair = Iterating.list(run.budget(), pairs.next());
            if (pair.size() != 2) {
                throw new Refusal("urlencode() needs pairs");
            }
            quote(out.append(between), soft(run, pair.get(0)), true);
            quote(out.append("="), soft(run, pair.get(1)), true);
            between = "&";
        }
        return out.build();
    }

    private static void quote(TextBuilder out, Text text, boolean query) {
        for (int i = 0; i < text.value().length(); ) {
            int c = text.value().codePointAt(i);
            int next = i + Character.charCount(c);
            boolean kept = c < 128 && (Character.isLetterOrDigit(c) || "_.-~".indexOf(c) >= 0 || (c == '/' && !query));
            boolean trusted = !text.isTainted(i, next);
            if (kept) {
                out.append(text.slice(i, next));
            } else if (c == ' ' && query) {
                out.append("+", trusted);
            } else {
                for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                    out.append(String.format("%%%02X", b), trusted);
                }
            }
            i = next;
        }
    }

    private static Object join(Run run, Object value, Arguments arguments) {
        @Nullable Object[] given = arguments.bind("join", 0, "d", "attribute");
        Text between = given[0] == null ? Text.EMPTY : Printer.str(run.budget(), given[0]);
        boolean byAttribute = given[1] != null && !(given[1] instanceof None);
        List<Object> path = byAttribute ? SelectionFilters.path(TextMethods.given(given[1])) : new ArrayList<>();
        TextBuilder out = new TextBuilder(run.budget());
        Iterator<Object> items = Iterating.iterate(run.budget(), value);
        boolean first = true;
        while (items.hasNext()) {
            Object item = SelectionFilters.follow(items.next(), path, null);
            out.append(first ? Text.EMPTY : between).append(Printer.str(run.budget(), item));
            first = false;
        }
        return out.build();
    }

    private static Text escape(Run run, Object value) {
        Text text = Printer.str(run.budget(), value);
        if (text.isMarkup()) {
            return text;
        }
        TextBuilder out = new TextBuilder(run.budget());
        int start = 0;
        for (int i = 0; i < text.value().length(); i++) {
            @Nullable
            String name =
                    switch (text.value().charAt(i)) {
                        case '&' -> "&amp;";
                        case '<' -> "&lt;";
                        case '>' -> "&gt;";
                        case '\'' -> "&#39;";
                        case '"' -> "&#34;";
                        default -> null;
                    };
            if (name != null) {
                out.append(text.slice(start, i)).append(name, !text.isTainted(i, i + 1));
                start = i + 1;
            }
        }
        return out.append(text.slice(start, text.value().length())).build().asMarkup();
    }
}
