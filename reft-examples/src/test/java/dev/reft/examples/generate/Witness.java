package dev.reft.examples.generate;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes an answer that keeps all of some constraints, which shows that they do not contradict each other. */
final class Witness {
    private static final Map<String, String> LANGUAGES = Map.of(
            "en", "the town sleeps by the water and the people of the hill come down to the shore",
            "de", "die Stadt schläft am Wasser und die Leute kommen von dem Berg zu dem Ufer",
            "es", "la ciudad duerme con el agua y la gente de la colina baja para ver los barcos que llegan",
            "fr", "la ville dort dans la nuit et les gens de la colline sont avec nous pour voir le lac",
            "it", "la sera dorme nella casa e gli amici della collina sono con noi per vedere il lago",
            "pt", "a vila dorme com as pessoas da colina que descem para ver o lago e os barcos não chegam");
    private final Map<ConstraintKind, Constraint> constraints;

    private Witness(List<Constraint> constraints) {
        this.constraints = new EnumMap<>(ConstraintKind.class);
        constraints.forEach(c -> this.constraints.put(Contradictions.kind(c), c));
    }

    static String of(List<Constraint> constraints) {
        return new Witness(constraints).write();
    }

    private boolean has(ConstraintKind kind) {
        return constraints.containsKey(kind);
    }

    private Object argument(ConstraintKind kind, String name) {
        return constraints.get(kind).arguments().get(name);
    }

    private int number(ConstraintKind kind, String name) {
        return (Integer) argument(kind, name);
    }

    private boolean atLeast(ConstraintKind kind, String relation) {
        return has(kind) && argument(kind, relation).equals(ConstraintKind.AT_LEAST);
    }

    private String write() {
        if (has(ConstraintKind.CONSTRAINED)) {
            return finished("My answer is yes.");
        }
        String body = body(String.join(" ", extras()));
        if (has(ConstraintKind.JSON)) {
            return "{\"text\": \"" + body + "\"}";
        }
        if (has(ConstraintKind.REPEAT_PROMPT)) {
            body = argument(ConstraintKind.REPEAT_PROMPT, "prompt_to_repeat") + "\n" + body;
        }
        if (has(ConstraintKind.TITLE)) {
            body = has(ConstraintKind.REPEAT_PROMPT) ? body + "\n<<name>>" : "<<name>>\n" + body;
        }
        if (has(ConstraintKind.BULLETS)) {
            body += "\n* one".repeat(number(ConstraintKind.BULLETS, "num_bullets")) + "\n";
        }
        if (has(ConstraintKind.TWO_RESPONSES)) {
            body += "\n******\nla\n";
        }
        return finished(body);
    }

    /** Words and signs that must occur. */
    private List<String> extras() {
        List<String> extras = new ArrayList<>();
        if (has(ConstraintKind.KEYWORDS)) {
            ((List<?>) argument(ConstraintKind.KEYWORDS, "keywords")).forEach(word -> extras.add(word.toString()));
        }
        if (atLeast(ConstraintKind.KEYWORD_FREQUENCY, "relation")) {
            int count = number(ConstraintKind.KEYWORD_FREQUENCY, "frequency");
            extras.add((argument(ConstraintKind.KEYWORD_FREQUENCY, "keyword") + " ").repeat(count));
        }
        if (atLeast(ConstraintKind.LETTER_FREQUENCY, "let_relation")) {
            int count = number(ConstraintKind.LETTER_FREQUENCY, "let_frequency");
            extras.add(argument(ConstraintKind.LETTER_FREQUENCY, "letter")
                    .toString()
                    .repeat(count));
        }
        if (has(ConstraintKind.PLACEHOLDERS)) {
            extras.add("[name] ".repeat(number(ConstraintKind.PLACEHOLDERS, "num_placeholders")));
        }
        if (has(ConstraintKind.HIGHLIGHTS)) {
            // A line must not begin with a star, which would be a bullet.
            extras.add("la" + " *la*".repeat(number(ConstraintKind.HIGHLIGHTS, "num_highlights")));
        }
        if (atLeast(ConstraintKind.CAPITAL_WORDS, "capital_relation")) {
            extras.add("LA ".repeat(number(ConstraintKind.CAPITAL_WORDS, "capital_frequency")));
        }
        if (has(ConstraintKind.SECTIONS)) {
            for (int i = 1; i <= number(ConstraintKind.SECTIONS, "num_sections"); i++) {
                extras.add(argument(ConstraintKind.SECTIONS, "section_spliter") + " " + i);
            }
        }
        return extras;
    }

    /** Sentences, in paragraphs where these are asked for. */
    private String body(String extras) {
        String language = has(ConstraintKind.LANGUAGE)
                ? argument(ConstraintKind.LANGUAGE, "language").toString()
                : "en";
        String filler = LANGUAGES.get(language);
        int sentences =
                atLeast(ConstraintKind.SENTENCES, "relation") ? number(ConstraintKind.SENTENCES, "num_sentences") : 1;
        int parts = has(ConstraintKind.PARAGRAPHS)
                ? number(ConstraintKind.PARAGRAPHS, "num_paragraphs")
                : has(ConstraintKind.FIRST_WORD) ? number(ConstraintKind.FIRST_WORD, "num_paragraphs") : 1;
        boolean long_ = atLeast(ConstraintKind.WORDS, "relation");
        int words = long_ ? number(ConstraintKind.WORDS, "num_words") : 0;
        boolean few = has(ConstraintKind.WORDS) && !long_;
        StringBuilder text = new StringBuilder();
        // One sentence may be as long as it must.
        String first = extras + " " + (filler + " ").repeat(1 + words / filler.split(" ").length);
        text.append(first.strip());
        for (int i = 1; i < sentences; i++) {
            String more = few ? filler.substring(0, filler.indexOf(' ', 12)) : filler;
            text.append(". ").append(Character.toUpperCase(more.charAt(0))).append(more.substring(1));
        }
        String separator = has(ConstraintKind.PARAGRAPHS) ? "\n***\n" : "\n\n";
        StringBuilder all = new StringBuilder();
        for (int i = 1; i <= parts; i++) {
            boolean named = has(ConstraintKind.FIRST_WORD) && number(ConstraintKind.FIRST_WORD, "nth_paragraph") == i;
            all.append(i == 1 ? "" : separator)
                    .append(named ? argument(ConstraintKind.FIRST_WORD, "first_word") + " " : "")
                    .append(i == parts ? text : has(ConstraintKind.SENTENCES) ? "la" : filler);
        }
        return all.append(has(ConstraintKind.JSON) ? "" : ".").toString();
    }

    private String finished(String text) {
        String whole = text;
        if (has(ConstraintKind.POSTSCRIPT)) {
            whole += "\n" + argument(ConstraintKind.POSTSCRIPT, "postscript_marker") + " la";
        }
        if (has(ConstraintKind.END)) {
            whole += " " + argument(ConstraintKind.END, "end_phrase");
        }
        if (has(ConstraintKind.QUOTATION)) {
            whole = "\"" + whole + "\"";
        }
        if (has(ConstraintKind.CAPITALS)) {
            whole = whole.toUpperCase(Locale.ROOT);
        }
        return has(ConstraintKind.LOWER_CASE) ? whole.toLowerCase(Locale.ROOT) : whole;
    }
}
