package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Values.None;
import dev.reft.checkpoint.template.Values.PyList;
import dev.reft.checkpoint.template.Values.PyTuple;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of Python's {@code str}. */
final class TextMethods {
    /** Methods that Python has and templates do not need. */
    static final Set<String> UNSUPPORTED = Set.of(
            "casefold",
            "encode",
            "expandtabs",
            "format_map",
            "isidentifier",
            "isprintable",
            "istitle",
            "maketrans",
            "translate");

    private interface Method {
        Object call(Budget budget, Text self, Arguments arguments);
    }

    private static final Map<String, Method> METHODS = Map.ofEntries(
            Map.entry("capitalize", (b, s, a) -> noArguments(a, "capitalize", Strings.capitalize(b, s))),
            Map.entry("center", (b, s, a) -> pad(b, s, a, 'c')),
            Map.entry("count", TextMethods::count),
            Map.entry("endswith", (b, s, a) -> affix(s, a, false)),
            Map.entry("find", (b, s, a) -> find(b, s, a, false, false)),
            Map.entry("format", Formatting::braces),
            Map.entry("index", (b, s, a) -> find(b, s, a, false, true)),
            Map.entry("isalnum", (b, s, a) -> noArguments(a, "isalnum", all(s, TextMethods::isAlnum))),
            Map.entry("isalpha", (b, s, a) -> noArguments(a, "isalpha", all(s, Character::isLetter))),
            Map.entry("isascii", (b, s, a) -> noArguments(a, "isascii", s.isEmpty() || all(s, c -> c < 128))),
            Map.entry("isdecimal", (b, s, a) -> noArguments(a, "isdecimal", all(s, Character::isDigit))),
            Map.entry("isdigit", (b, s, a) -> noArguments(a, "isdigit", all(s, TextMethods::isDigit))),
            Map.entry("islower", (b, s, a) -> noArguments(a, "islower", isLower(s))),
            Map.entry("isnumeric", (b, s, a) -> noArguments(a, "isnumeric", all(s, TextMethods::isNumeric))),
            Map.entry("isspace", (b, s, a) -> noArguments(a, "isspace", all(s, Strings::isSpace))),
            Map.entry("isupper", (b, s, a) -> noArguments(a, "isupper", isUpper(s))),
            Map.entry("join", TextMethods::join),
            Map.entry("ljust", (b, s, a) -> pad(b, s, a, 'l')),
            Map.entry("lower", (b, s, a) -> noArguments(a, "lower", Strings.lower(b, s))),
            Map.entry("lstrip", (b, s, a) -> strip(b, s, a, true, false)),
            Map.entry("partition", (b, s, a) -> partition(b, s, a, false)),
            Map.entry("removeprefix", (b, s, a) -> remove(s, a, true)),
            Map.entry("removesuffix", (b, s, a) -> remove(s, a, false)),
            Map.entry("replace", TextMethods::replace),
            Map.entry("rfind", (b, s, a) -> find(b, s, a, true, false)),
            Map.entry("rindex", (b, s, a) -> find(b, s, a, true, true)),
            Map.entry("rjust", (b, s, a) -> pad(b, s, a, 'r')),
            Map.entry("rpartition", (b, s, a) -> partition(b, s, a, true)),
            Map.entry("rsplit", (b, s, a) -> split(b, s, a, true)),
            Map.entry("rstrip", (b, s, a) -> strip(b, s, a, false, true)),
            Map.entry("split", (b, s, a) -> split(b, s, a, false)),
            Map.entry("splitlines", TextMethods::splitLines),
            Map.entry("startswith", (b, s, a) -> affix(s, a, true)),
            Map.entry("strip", (b, s, a) -> strip(b, s, a, true, true)),
            Map.entry("swapcase", TextMethods::swapCase),
            Map.entry("title", TextMethods::title),
            Map.entry("upper", (b, s, a) -> noArguments(a, "upper", Strings.upper(b, s))),
            Map.entry("zfill", TextMethods::zeroFill));

    private TextMethods() {}

    static Values.@Nullable Function find(Text self, String name) {
        @Nullable Method method = METHODS.get(name);
        if (method == null) {
            return null;
        }
        Strings.plain(self);
        return new Values.Function(name, (run, arguments) -> method.call(run.budget(), self, arguments));
    }

    private static Object noArguments(Arguments arguments, String name, Object result) {
        arguments.none(name);
        return result;
    }

    private static Object strip(Budget budget, Text self, Arguments arguments, boolean left, boolean right) {
        return Strings.strip(budget, self, arguments.bindPositional("strip", 0, 1)[0], left, right);
    }

    private static Object pad(Budget budget, Text self, Arguments arguments, char how) {
        @Nullable Object[] given = arguments.bindPositional("center, ljust or rjust", 1, 2);
        return Strings.pad(budget, self, Arithmetic.toLong(given(given[0])), given[1], how);
    }

    static Object given(@Nullable Object value) {
        if (value == null) {
            throw new Refusal("an argument is missing");
        }
        return value;
    }

    private static Object replace(Budget budget, Text self, Arguments arguments) {
        @Nullable Object[] given = arguments.bindPositional("replace", 2, 3);
        long count = given[2] == null ? -1 : Arithmetic.toLong(given[2]);
        return Strings.replace(budget, self, Strings.require(given[0]), Strings.require(given[1]), count);
    }

    private static Object split(Budget budget, Text self, Arguments arguments, boolean right) {
        @Nullable Object[] given = arguments.bind("split", 0, "sep", "maxsplit");
        long most = given[1] == null ? -1 : Arithmetic.toLong(given[1]);
        return new PyList(
                right ? Strings.rsplit(budget, self, given[0], most) : Strings.split(budget, self, given[0], most));
    }

    private static Object splitLines(Budget budget, Text self, Arguments arguments) {
        @Nullable Object[] given = arguments.bind("splitlines", 0, "keepends");
        return new PyList(Strings.lines(budget, self, given[0] != null && Iterating.truthy(given[0])));
    }

    private static Object partition(Budget budget, Text self, Arguments arguments, boolean right) {
        String cut = Strings.separator(given(arguments.bindPositional("partition", 1, 1)[0]));
        budget.work(self.value().length() / 8 * (cut.length() / 8L + 1));
        int at = right ? self.value().lastIndexOf(cut) : self.value().indexOf(cut);
        if (at < 0) {
            return new PyTuple(right ? List.of(Text.EMPTY, Text.EMPTY, self) : List.of(self, Text.EMPTY, Text.EMPTY));
        }
        int end = at + cut.length();
        Object middle = arguments.positional().get(0);
        return new PyTuple(
                List.of(self.slice(0, at), middle, self.slice(end, self.value().length())));
    }

    private static Object join(Budget budget, Text self, Arguments arguments) {
        Iterator<Object> items = Iterating.iterate(budget, given(arguments.bindPositional("join", 1, 1)[0]));
        TextBuilder out = new TextBuilder(budget);
        Text between = Text.EMPTY;
        while (items.hasNext()) {
            out.append(between).append(Strings.require(items.next()));
            between = self;
        }
        return out.build();
    }

    /** The slice that the optional start and end of find, count, startswith name; null where start is beyond the end. */
    private static @Nullable Text window(Text self, @Nullable Object start, @Nullable Object end) {
        if (absent(start) && absent(end)) {
            return self;
        }
        int size = self.size();
        int from = bound(start, 0, size);
        int to = Math.min(size, bound(end, size, size));
        return from > size || from > to ? null : self.range(from, to);
    }

    private static boolean absent(@Nullable Object value) {
        return value == null || value instanceof None;
    }

    private static int bound(@Nullable Object value, int otherwise, int size) {
        if (value == null || value instanceof None) {
            return otherwise;
        }
        int given = Arithmetic.toInt(value);
        return given < 0 ? Math.max(0, given + size) : given;
    }

    private static Object count(Budget budget, Text self, Arguments arguments) {
        @Nullable Object[] given = arguments.bindPositional("count", 1, 3);
        String part = Strings.require(given[0]).value();
        @Nullable Text text = window(self, given[1], given[2]);
        if (text == null) {
            return 0L;
        } else if (part.isEmpty()) {
            return text.size() + 1L;
        }
        long count = 0;
        int at = Strings.indexOf(budget, text.value(), part, 0);
        while (at >= 0) {
            count++;
            at = text.value().indexOf(part, at + part.length());
        }
        return count;
    }

    private static Object find(Budget budget, Text self, Arguments arguments, boolean right, boolean must) {
        @Nullable Object[] given = arguments.bindPositional("find", 1, 3);
        String part = Strings.require(given[0]).value();
        @Nullable Text text = window(self, given[1], given[2]);
        int at = -1;
        if (text != null) {
            at = Strings.indexOf(budget, text.value(), part, 0);
            if (right && at >= 0) {
                at = text.value().lastIndexOf(part);
            }
        }
        if (at < 0 || text == null) {
            if (must) {
                throw new Refusal("substring not found");
            }
            return -1L;
        }
        return (long) text.value().codePointCount(0, at) + bound(given[1], 0, self.size());
    }

    private static Object affix(Text self, Arguments arguments, boolean start) {
        @Nullable Object[] given = arguments.bindPositional(start ? "startswith" : "endswith", 1, 3);
        @Nullable Text text = window(self, given[1], given[2]);
        List<Object> parts = given[0] instanceof PyTuple tuple ? tuple.items() : List.of(given(given[0]));
        boolean found = false;
        for (Object part : parts) {
            String affix = Strings.require(part).value();
            found |= text != null
                    && (start ? text.value().startsWith(affix) : text.value().endsWith(affix));
        }
        return found;
    }

    private static Object remove(Text self, Arguments arguments, boolean prefix) {
        String part = Strings.require(arguments.bindPositional("removeprefix or removesuffix", 1, 1)[0])
                .value();
        int length = self.value().length();
        if (prefix) {
            return self.value().startsWith(part) ? self.slice(part.length(), length) : self;
        }
        return self.value().endsWith(part) ? self.slice(0, length - part.length()) : self;
    }

    private static Object zeroFill(Budget budget, Text self, Arguments arguments) {
        long width = Arithmetic.toLong(given(arguments.bindPositional("zfill", 1, 1)[0]));
        boolean signed = self.value().startsWith("+") || self.value().startsWith("-");
        int sign = signed ? 1 : 0;
        return new TextBuilder(budget)
                .append(self.slice(0, sign))
                .repeat(Text.trusted("0"), width - self.size())
                .append(self.slice(sign, self.value().length()))
                .build();
    }

    private static Object title(Budget budget, Text self, Arguments arguments) {
        arguments.none("title");
        TextBuilder out = new TextBuilder(budget);
        boolean inside = false;
        Iterator<Object> characters = Iterating.iterate(budget, self);
        while (characters.hasNext()) {
            Text next = (Text) characters.next();
            out.append(inside ? Strings.lowerRest(budget, next) : Strings.titleCase(budget, next));
            inside = isCased(next.value().codePointAt(0));
        }
        return out.build();
    }

    private static Object swapCase(Budget budget, Text self, Arguments arguments) {
        arguments.none("swapcase");
        TextBuilder out = new TextBuilder(budget);
        Iterator<Object> characters = Iterating.iterate(budget, self);
        while (characters.hasNext()) {
            Text next = (Text) characters.next();
            boolean lower = Character.isLowerCase(next.value().codePointAt(0));
            out.append(lower ? Strings.upper(budget, next) : Strings.lowerRest(budget, next));
        }
        return out.build();
    }

    private static boolean all(Text self, IntPredicate predicate) {
        Strings.checkKnown(self.value());
        return !self.isEmpty() && self.value().codePoints().allMatch(predicate);
    }

    private static boolean isCased(int c) {
        return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
    }

    static boolean isLower(Text self) {
        Strings.checkKnown(self.value());
        return self.value().codePoints().anyMatch(Character::isLowerCase)
                && self.value().codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
    }

    static boolean isUpper(Text self) {
        Strings.checkKnown(self.value());
        return self.value().codePoints().anyMatch(Character::isUpperCase)
                && self.value().codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
    }

    static boolean isAlnum(int c) {
        int type = Character.getType(c);
        return Character.isLetterOrDigit(c) || type == Character.LETTER_NUMBER || type == Character.OTHER_NUMBER;
    }

    private static boolean isDigit(int c) {
        if (Character.getType(c) == Character.OTHER_NUMBER) {
            throw Refusal.unsupported("isdigit() of other numbers than decimal digits");
        }
        return Character.isDigit(c);
    }

    private static boolean isNumeric(int c) {
        if (c > 127 && Character.getType(c) == Character.OTHER_LETTER) {
            throw Refusal.unsupported("isnumeric() of letters such as those of Chinese");
        }
        return !Character.isLetter(c) && isAlnum(c);
    }
}
