package dev.reft.examples.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Constraints that no answer can keep together, or that none should have to. Every pair that is let through has an answer that
 * keeps both: a test writes one for each.
 */
public final class Contradictions {
    /** A sentence is taken to have at least and at most so many words, where limits of both are given. */
    private static final int SHORT_SENTENCE = 6;

    private static final int LONG_SENTENCE = 25;
    private static final Map<ConstraintKind, Set<ConstraintKind>> EXCLUDED = excluded();

    private Contradictions() {}

    private static Map<ConstraintKind, Set<ConstraintKind>> excluded() {
        Map<ConstraintKind, Set<ConstraintKind>> excluded = new EnumMap<>(ConstraintKind.class);
        // Whole forms of an answer leave room for what stands inside it only.
        allBut(
                excluded,
                ConstraintKind.JSON,
                ConstraintKind.KEYWORDS,
                ConstraintKind.KEYWORD_FREQUENCY,
                ConstraintKind.FORBIDDEN_WORDS,
                ConstraintKind.LETTER_FREQUENCY,
                ConstraintKind.WORDS,
                ConstraintKind.PLACEHOLDERS);
        allBut(
                excluded,
                ConstraintKind.CONSTRAINED,
                ConstraintKind.FORBIDDEN_WORDS,
                ConstraintKind.POSTSCRIPT,
                ConstraintKind.QUOTATION,
                ConstraintKind.NO_COMMA);
        exclude(
                excluded,
                ConstraintKind.LANGUAGE,
                ConstraintKind.KEYWORDS,
                ConstraintKind.KEYWORD_FREQUENCY,
                ConstraintKind.FIRST_WORD,
                ConstraintKind.SECTIONS,
                ConstraintKind.REPEAT_PROMPT,
                ConstraintKind.END,
                ConstraintKind.CAPITALS,
                ConstraintKind.LOWER_CASE);
        exclude(
                excluded,
                ConstraintKind.PARAGRAPHS,
                ConstraintKind.FIRST_WORD,
                ConstraintKind.TWO_RESPONSES,
                ConstraintKind.BULLETS,
                ConstraintKind.SECTIONS);
        exclude(
                excluded,
                ConstraintKind.FIRST_WORD,
                ConstraintKind.REPEAT_PROMPT,
                ConstraintKind.TWO_RESPONSES,
                ConstraintKind.TITLE,
                ConstraintKind.BULLETS,
                ConstraintKind.SECTIONS,
                ConstraintKind.POSTSCRIPT);
        exclude(excluded, ConstraintKind.QUOTATION, ConstraintKind.REPEAT_PROMPT, ConstraintKind.TWO_RESPONSES);
        exclude(excluded, ConstraintKind.TWO_RESPONSES, ConstraintKind.BULLETS, ConstraintKind.REPEAT_PROMPT);
        exclude(
                excluded,
                ConstraintKind.CAPITALS,
                ConstraintKind.LOWER_CASE,
                ConstraintKind.CAPITAL_WORDS,
                ConstraintKind.SECTIONS);
        exclude(excluded, ConstraintKind.LOWER_CASE, ConstraintKind.CAPITAL_WORDS, ConstraintKind.SECTIONS);
        return excluded;
    }

    private static void exclude(
            Map<ConstraintKind, Set<ConstraintKind>> excluded, ConstraintKind kind, ConstraintKind... others) {
        for (ConstraintKind other : others) {
            excluded.computeIfAbsent(kind, k -> EnumSet.noneOf(ConstraintKind.class))
                    .add(other);
            excluded.computeIfAbsent(other, k -> EnumSet.noneOf(ConstraintKind.class))
                    .add(kind);
        }
    }

    private static void allBut(
            Map<ConstraintKind, Set<ConstraintKind>> excluded, ConstraintKind kind, ConstraintKind... allowed) {
        EnumSet<ConstraintKind> others = EnumSet.allOf(ConstraintKind.class);
        others.removeAll(Arrays.asList(allowed));
        others.remove(kind);
        exclude(excluded, kind, others.toArray(ConstraintKind[]::new));
    }

    /**
     * Whether two kinds exclude each other whatever their arguments.
     *
     * @param a a kind
     * @param b another, or the same: no prompt asks the same twice
     * @return true if so
     */
    public static boolean exclude(ConstraintKind a, ConstraintKind b) {
        return a == b || EXCLUDED.getOrDefault(a, Set.of()).contains(b);
    }

    /**
     * Why two constraints contradict each other.
     *
     * @param a a constraint of IFEval's kinds
     * @param b another
     * @return empty if they do not
     */
    public static Optional<String> between(Constraint a, Constraint b) {
        ConstraintKind first = kind(a);
        ConstraintKind second = kind(b);
        if (exclude(first, second)) {
            return Optional.of(a.name() + " and " + b.name() + " exclude each other");
        }
        Optional<String> words = forbidden(a, b).or(() -> forbidden(b, a));
        if (words.isPresent()) {
            return words;
        }
        if (commaForced(a, second) || commaForced(b, first)) {
            return Optional.of("the text to repeat has a comma, and none is allowed");
        }
        return lengths(a, b).or(() -> lengths(b, a));
    }

    private static boolean commaForced(Constraint a, ConstraintKind other) {
        return other == ConstraintKind.NO_COMMA && texts(a).stream().anyMatch(text -> text.contains(","));
    }

    private static Optional<String> forbidden(Constraint a, Constraint b) {
        if (kind(a) == ConstraintKind.FORBIDDEN_WORDS) {
            for (String word : texts(a)) {
                for (String text : texts(b)) {
                    if (text.toLowerCase(Locale.ROOT).contains(word.toLowerCase(Locale.ROOT))) {
                        return Optional.of("'" + word + "' is forbidden by one and needed by " + b.name());
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** Limits on sentences and on words that leave no room between them. */
    private static Optional<String> lengths(Constraint a, Constraint b) {
        if (kind(a) != ConstraintKind.SENTENCES || kind(b) != ConstraintKind.WORDS) {
            return Optional.empty();
        }
        int sentences = number(a, "num_sentences");
        int words = number(b, "num_words");
        boolean manySentences = ConstraintKind.AT_LEAST.equals(a.arguments().get("relation"));
        boolean manyWords = ConstraintKind.AT_LEAST.equals(b.arguments().get("relation"));
        boolean clash = manySentences && !manyWords && sentences * SHORT_SENTENCE >= words
                || !manySentences && manyWords && (sentences - 1) * LONG_SENTENCE <= words;
        return clash ? Optional.of(sentences + " sentences do not go with " + words + " words") : Optional.empty();
    }

    private static int number(Constraint constraint, String name) {
        return constraint.arguments().get(name) instanceof Number number ? number.intValue() : 0;
    }

    /** All texts among the arguments. */
    private static List<String> texts(Constraint constraint) {
        List<String> texts = new ArrayList<>();
        for (Object value : constraint.arguments().values()) {
            if (value instanceof String text) {
                texts.add(text);
            } else if (value instanceof List<?> list) {
                list.forEach(item -> texts.add(String.valueOf(item)));
            }
        }
        return texts;
    }

    static ConstraintKind kind(Constraint constraint) {
        for (ConstraintKind kind : ConstraintKind.values()) {
            if (kind.published().equals(constraint.name())) {
                return kind;
            }
        }
        throw new IllegalArgumentException("'" + constraint.name() + "' is none of IFEval's constraints");
    }
}
