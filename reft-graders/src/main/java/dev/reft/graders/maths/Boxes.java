package dev.reft.graders.maths;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What stands in {@code \boxed{...}} and {@code \fbox{...}}. */
final class Boxes {
    /** Boxes nearer than this belong together. */
    private static final int NEAR = 10;

    /** Boxes nearer than this belong together if "and", "or", a comma or a semicolon stands between them. */
    private static final int NEAR_WITH_SEPARATOR = 70;

    private static final int MOST = 20;

    private Boxes() {}

    /**
     * A box.
     *
     * @param start where its command starts
     * @param end behind its closing brace
     * @param content what stands in it
     */
    record Box(int start, int end, String content) {}

    /** The last box before a place; empty if there is none that is closed. */
    static Optional<Box> last(String text, int before) {
        int boxed = text.lastIndexOf("\\boxed", before - 1);
        int framed = text.lastIndexOf("\\fbox", before - 1);
        int start = Math.max(boxed, framed);
        if (start < 0) {
            return Optional.empty();
        }
        int open = start + (boxed > framed ? "\\boxed" : "\\fbox").length();
        while (open < text.length() && text.charAt(open) == ' ') {
            open++;
        }
        int close = open < text.length() && text.charAt(open) == '{' ? LatexScanner.closing(text, open) : -1;
        return close < 0 ? Optional.empty() : Optional.of(new Box(start, close + 1, text.substring(open + 1, close)));
    }

    /** The contents of all boxes of a text, with commas between them; the text itself if it has no box. */
    static String all(String text) {
        List<String> contents = new ArrayList<>();
        int before = text.length();
        for (int i = 0; i < MOST; i++) {
            Optional<Box> box = last(text, before);
            if (box.isEmpty()) {
                break;
            }
            contents.add(box.get().content());
            before = box.get().start();
        }
        return joined(contents, text);
    }

    /** The contents of the last box, and of those before it that belong to it. */
    static String lastGroup(String text) {
        List<String> contents = new ArrayList<>();
        Optional<Box> next = Optional.empty();
        for (int i = 0; i < MOST; i++) {
            Optional<Box> box = last(text, next.map(Box::start).orElse(text.length()));
            if (box.isEmpty() || (next.isPresent() && !together(text, box.get(), next.get()))) {
                break;
            }
            contents.add(box.get().content());
            next = box;
        }
        return joined(contents, "");
    }

    private static boolean together(String text, Box box, Box next) {
        // Nested boxes are one.
        if (box.end() > next.start()) {
            return false;
        }
        String between = text.substring(box.end(), next.start());
        return between.length() < NEAR
                || (!box.content().equals(next.content())
                        && between.length() < NEAR_WITH_SEPARATOR
                        && separates(between));
    }

    private static boolean separates(String between) {
        if (between.indexOf(',') >= 0 || between.indexOf(';') >= 0) {
            return true;
        }
        for (String word : between.split("[^A-Za-z]", -1)) {
            if (Set.of("and", "or").contains(word)) {
                return true;
            }
        }
        return false;
    }

    private static String joined(List<String> contents, String otherwise) {
        List<String> distinct = new ArrayList<>();
        for (String content : contents) {
            if (distinct.isEmpty() || !distinct.get(distinct.size() - 1).equals(content)) {
                distinct.add(content);
            }
        }
        Collections.reverse(distinct);
        return distinct.isEmpty() ? otherwise : String.join(",", distinct);
    }
}
