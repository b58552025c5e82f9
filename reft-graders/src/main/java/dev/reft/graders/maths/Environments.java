package dev.reft.graders.maths;

import dev.reft.graders.PythonText;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the places at which a text has mathematics. Linear in the length of the text. */
final class Environments {
    private static final int MOST_JOINED = 6;

    private final String text;
    private final Finder dollars;
    private final Finder brackets;
    private final Finder parentheses;
    private final Finder lines;

    private Environments(String text) {
        this.text = text;
        dollars = new Finder("$$");
        brackets = new Finder("\\]");
        parentheses = new Finder("\\)");
        lines = new Finder("\n");
    }

    /** The next occurrence of a text, looked for again only when passed. */
    private final class Finder {
        private final String wanted;
        private int next = -1;

        Finder(String wanted) {
            this.wanted = wanted;
        }

        int from(int start) {
            if (next < start) {
                next = text.indexOf(wanted, start);
                next = next < 0 ? Integer.MAX_VALUE : next;
            }
            return next;
        }
    }

    /** A stretch of mathematics: where it starts and ends, its marks included, and what stands between them. */
    private record Place(int start, int end, String content, boolean percent) {}

    static List<Extraction.Candidate> candidates(String text, int boxedPriority) {
        List<Extraction.Candidate> candidates = new ArrayList<>();
        Anchors anchors = new Anchors(text);
        int previous = -1;
        for (List<Place> group : new Environments(text).groups()) {
            int start = group.get(0).start();
            int end = group.get(group.size() - 1).end();
            List<Extraction.Part> parts = group.stream()
                    .map(place -> new Extraction.Part(place.content(), true, place.percent()))
                    .toList();
            candidates.add(new Extraction.Candidate(start, end, anchors.priority(start, end, previous), parts));
            if (group.stream().anyMatch(place -> place.content().contains("\\boxed{"))) {
                candidates.add(new Extraction.Candidate(start, end, boxedPriority, parts));
            }
            previous = start;
        }
        int box = text.indexOf("\\boxed{");
        String content = box < 0 ? "" : Boxes.lastGroup(text);
        if (!content.isEmpty()) {
            List<Extraction.Part> parts = List.of(new Extraction.Part(content, true, false));
            candidates.add(new Extraction.Candidate(box, text.lastIndexOf('}') + 1, boxedPriority, parts));
        }
        return candidates;
    }

    private List<List<Place>> groups() {
        List<List<Place>> groups = new ArrayList<>();
        Place last = null;
        int at = 0;
        while (at < text.length()) {
            Place place = place(at);
            if (place == null) {
                at++;
                continue;
            }
            boolean joins = last != null
                    && joined(last.end(), place.start())
                    && groups.get(groups.size() - 1).size() < MOST_JOINED;
            if (!joins) {
                groups.add(new ArrayList<>());
            }
            groups.get(groups.size() - 1).add(place);
            last = place;
            at = Math.max(place.end(), at + 1);
        }
        return groups;
    }

    /** Whether only "and", "or" or a comma stands between. */
    private boolean joined(int from, int to) {
        if (to - from > 40) {
            return false;
        }
        String between = PythonText.strip(text.substring(from, to));
        return between.equals(",")
                || List.of("and", "or", ",and", ",or", ", and", ", or").contains(between);
    }

    private @Nullable Place place(int at) {
        char c = text.charAt(at);
        boolean escaped = at > 0 && text.charAt(at - 1) == '\\';
        if (c == '$' && !escaped) {
            return text.startsWith("$$", at) ? closed(at, 2, dollars.from(at + 2), 2) : inlineDollar(at);
        }
        if (c == '\\' && !escaped) {
            if (text.startsWith("\\[", at)) {
                return closed(at, 2, brackets.from(at + 2), 2);
            }
            if (text.startsWith("\\(", at)) {
                int end = parentheses.from(at + 2);
                return end < lines.from(at) ? closed(at, 2, end, 2) : null;
            }
            return text.startsWith("\\frac{", at) ? fraction(at) : null;
        }
        return c == '[' && at > 0 && PythonText.isSpace(text.charAt(at - 1)) ? inlineBracket(at) : null;
    }

    private @Nullable Place closed(int start, int open, int close, int length) {
        if (close == Integer.MAX_VALUE || close == start + open) {
            return null;
        }
        int end = close + length;
        int percent = percent(end);
        return new Place(start, Math.max(end, percent), text.substring(start + open, close), percent > end);
    }

    private @Nullable Place inlineDollar(int start) {
        if (start > 0 && Character.isDigit(text.charAt(start - 1))) {
            return null;
        }
        int at = start + 1;
        while (at < text.length()
                && text.charAt(at) != '\n'
                && (text.charAt(at) != '$' || text.charAt(at - 1) == '\\')) {
            at++;
        }
        return at < text.length() && text.charAt(at) == '$' ? closed(start, 1, at, 1) : null;
    }

    private @Nullable Place inlineBracket(int start) {
        int at = start + 1;
        while (at < text.length() && "\n[]".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        boolean closes = at + 1 < text.length() && text.charAt(at) == ']' && PythonText.isSpace(text.charAt(at + 1));
        return closes ? closed(start, 1, at, 1) : null;
    }

    /** A bare fraction of two numbers. */
    private @Nullable Place fraction(int start) {
        int at = start + "\\frac".length();
        for (int part = 0; part < 2; part++) {
            int open = at;
            at = open < text.length() && text.charAt(open) == '{' ? open + 1 : -1;
            while (at > 0 && at < text.length() && at - open < 40 && "0123456789.,-".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            if (at < 0 || at == open + 1 || at >= text.length() || text.charAt(at) != '}') {
                return null;
            }
            at++;
        }
        int from = start > 0 && text.charAt(start - 1) == '-' ? start - 1 : start;
        int percent = percent(at);
        return new Place(from, Math.max(at, percent), text.substring(from, at), percent > at);
    }

    private int percent(int start) {
        return PlainNumbers.percent(text, start);
    }
}
