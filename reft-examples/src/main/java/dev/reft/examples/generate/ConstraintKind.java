package dev.reft.examples.generate;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** IFEval's 25 kinds of constraints (arXiv 2311.07911), each with how its arguments are drawn and what a prompt says of them. */
public enum ConstraintKind {
    /** Words that must occur. */
    KEYWORDS("keywords:existence") {
        @Override
        Constraint draw(Draws draws, Words words) {
            List<String> two = words.take(draws, 2);
            return with(Map.of("keywords", two), "Use the words \"%s\" and \"%s\".", two.get(0), two.get(1));
        }
    },
    /** How often a word occurs. */
    KEYWORD_FREQUENCY("keywords:frequency") {
        @Override
        Constraint draw(Draws draws, Words words) {
            String word = words.take(draws, 1).get(0);
            int count = draws.between(2, 4);
            String relation = relation(draws);
            return with(
                    Map.of("keyword", word, "frequency", count, "relation", relation),
                    "Use the word \"%s\" %s %d times.",
                    word,
                    relation,
                    count);
        }
    },
    /** Words that must not occur. */
    FORBIDDEN_WORDS("keywords:forbidden_words") {
        @Override
        Constraint draw(Draws draws, Words words) {
            List<String> two = words.take(draws, 2);
            return with(
                    Map.of("forbidden_words", two), "Do not use the words \"%s\" and \"%s\".", two.get(0), two.get(1));
        }
    },
    /** How often a letter occurs. */
    LETTER_FREQUENCY("keywords:letter_frequency") {
        @Override
        Constraint draw(Draws draws, Words words) {
            String relation = relation(draws);
            // Few of a rare letter or many of a common one: the other way round is hard to write.
            String letter =
                    draws.of(relation.equals(AT_LEAST) ? List.of("a", "e", "o", "t") : List.of("j", "q", "x", "z"));
            int count = draws.between(4, 8);
            return with(
                    Map.of("letter", letter, "let_frequency", count, "let_relation", relation),
                    "The letter %s should occur %s %d times.",
                    letter,
                    relation,
                    count);
        }
    },
    /** The answer's language. */
    LANGUAGE("language:response_language") {
        @Override
        Constraint draw(Draws draws, Words words) {
            String language = draws.of(List.of("de", "es", "fr", "it", "pt"));
            String name = new Locale(language).getDisplayLanguage(Locale.ENGLISH);
            return with(Map.of("language", language), "Answer in %s and in no other language.", name);
        }
    },
    /** How many sentences there are. */
    SENTENCES("length_constraints:number_sentences") {
        @Override
        Constraint draw(Draws draws, Words words) {
            int count = draws.between(3, 8);
            String relation = relation(draws);
            return with(
                    Map.of("num_sentences", count, "relation", relation), "Write %s %d sentences.", relation, count);
        }
    },
    /** How many paragraphs there are, stars between them. */
    PARAGRAPHS("length_constraints:number_paragraphs") {
        @Override
        Constraint draw(Draws draws, Words words) {
            int count = draws.between(2, 5);
            return with(
                    Map.of("num_paragraphs", count),
                    "Write exactly %d paragraphs with a line of *** between two.",
                    count);
        }
    },
    /** How many words there are. */
    WORDS("length_constraints:number_words") {
        @Override
        Constraint draw(Draws draws, Words words) {
            String relation = relation(draws);
            int count = 10 * (relation.equals(AT_LEAST) ? draws.between(4, 20) : draws.between(15, 30));
            return with(Map.of("num_words", count, "relation", relation), "Write %s %d words.", relation, count);
        }
    },
    /** The first word of one of the paragraphs. */
    FIRST_WORD("length_constraints:nth_paragraph_first_word") {
        @Override
        Constraint draw(Draws draws, Words words) {
            int count = draws.between(2, 4);
            int nth = draws.between(1, count);
            String word = words.take(draws, 1).get(0);
            return with(
                    Map.of("num_paragraphs", count, "nth_paragraph", nth, "first_word", word),
                    "Write %d paragraphs with an empty line between two; paragraph %d begins with the word \"%s\".",
                    count,
                    nth,
                    word);
        }
    },
    /** Places to fill in. */
    PLACEHOLDERS("detectable_content:number_placeholders") {
        @Override
        Constraint draw(Draws draws, Words words) {
            int count = draws.between(1, 4);
            return with(
                    Map.of("num_placeholders", count),
                    "Leave at least %d placeholders in brackets, such as [name].",
                    count);
        }
    },
    /** A postscript. */
    POSTSCRIPT("detectable_content:postscript") {
        @Override
        Constraint draw(Draws draws, Words words) {
            String marker = draws.of(List.of("P.S.", "P.P.S"));
            return with(Map.of("postscript_marker", marker), "Close with a postscript that begins with %s", marker);
        }
    },
    /** How many bullet points there are. */
    BULLETS("detectable_format:number_bullet_lists") {
        @Override
        Constraint draw(Draws draws, Words words) {
            int count = draws.between(2, 6);
            return with(
                    Map.of("num_bullets", count),
                    "Have exactly %d bullet points, each on a line that begins with \"* \".",
                    count);
        }
    },
    /** One of three answers. */
    CONSTRAINED("detectable_format:constrained_response") {
        @Override
        Constraint draw(Draws draws, Words words) {
            return with(
                    Map.of(),
                    "Answer with one of these sentences: My answer is yes. My answer is no. My answer is maybe.");
        }
    },
    /** Highlighted parts. */
    HIGHLIGHTS("detectable_format:number_highlighted_sections") {
        @Override
        Constraint draw(Draws draws, Words words) {
            int count = draws.between(1, 4);
            return with(Map.of("num_highlights", count), "Highlight at least %d parts with stars, *like this*.", count);
        }
    },
    /** Numbered sections. */
    SECTIONS("detectable_format:multiple_sections") {
        @Override
        Constraint draw(Draws draws, Words words) {
            int count = draws.between(2, 4);
            String splitter = draws.of(List.of("Section", "Part"));
            return with(
                    Map.of("section_spliter", splitter, "num_sections", count),
                    "Have %d sections, headed %s 1, %s 2 and so on.",
                    count,
                    splitter,
                    splitter);
        }
    },
    /** JSON and nothing else. */
    JSON("detectable_format:json_format") {
        @Override
        Constraint draw(Draws draws, Words words) {
            return with(Map.of(), "Give the whole answer as JSON.");
        }
    },
    /** A title. */
    TITLE("detectable_format:title") {
        @Override
        Constraint draw(Draws draws, Words words) {
            return with(Map.of(), "Give it a title in double angle brackets, such as <<a title>>.");
        }
    },
    /** Two answers. */
    TWO_RESPONSES("combination:two_responses") {
        @Override
        Constraint draw(Draws draws, Words words) {
            return with(Map.of(), "Give two different answers with a line of ****** between them.");
        }
    },
    /** The request first. */
    REPEAT_PROMPT("combination:repeat_prompt") {
        @Override
        Constraint draw(Draws draws, Words words) {
            return with(
                    Map.of("prompt_to_repeat", words.request()),
                    "Before you answer, repeat the request above word for word, with nothing before it.");
        }
    },
    /** The last words. */
    END("startend:end_checker") {
        @Override
        Constraint draw(Draws draws, Words words) {
            String phrase =
                    draws.of(List.of("That is all there is to say.", "I hope it helps.", "Ask again if you like."));
            return with(Map.of("end_phrase", phrase), "End with exactly this: %s Nothing follows it.", phrase);
        }
    },
    /** Quotation marks around all of it. */
    QUOTATION("startend:quotation") {
        @Override
        Constraint draw(Draws draws, Words words) {
            return with(Map.of(), "Put the whole answer in double quotation marks.");
        }
    },
    /** How many words are in capitals. */
    CAPITAL_WORDS("change_case:capital_word_frequency") {
        @Override
        Constraint draw(Draws draws, Words words) {
            int count = draws.between(2, 5);
            String relation = relation(draws);
            return with(
                    Map.of("capital_frequency", count, "capital_relation", relation),
                    "Write %s %d words in capital letters only.",
                    relation,
                    count);
        }
    },
    /** Capitals only. */
    CAPITALS("change_case:english_capital") {
        @Override
        Constraint draw(Draws draws, Words words) {
            return with(Map.of(), "Answer in English, in capital letters only.");
        }
    },
    /** Lower case only. */
    LOWER_CASE("change_case:english_lowercase") {
        @Override
        Constraint draw(Draws draws, Words words) {
            return with(Map.of(), "Answer in English, in lower case letters only.");
        }
    },
    /** No comma. */
    NO_COMMA("punctuation:no_comma") {
        @Override
        Constraint draw(Draws draws, Words words) {
            return with(Map.of(), "Use no comma.");
        }
    };

    static final String AT_LEAST = "at least";
    static final String LESS_THAN = "less than";

    private final String published;

    ConstraintKind(String published) {
        this.published = published;
    }

    /**
     * IFEval's id.
     *
     * @return such as {@code "keywords:existence"}
     */
    public String published() {
        return published;
    }

    /** Words that a prompt's constraints have not taken yet, and the request. */
    static final class Words {
        private static final List<String> POOL = List.of(
                "garden",
                "river",
                "market",
                "window",
                "letter",
                "summer",
                "bridge",
                "kitchen",
                "winter",
                "story",
                "island",
                "mountain",
                "paper",
                "music",
                "doctor",
                "village",
                "morning",
                "picture",
                "station",
                "weather",
                "silver",
                "number",
                "teacher",
                "harvest",
                "lantern",
                "pocket",
                "valley",
                "canvas",
                "ladder",
                "signal");
        private final String request;
        private final Set<String> taken = new HashSet<>();

        Words(String request) {
            this.request = request;
        }

        String request() {
            return request;
        }

        /** Words that neither the request nor another constraint has. */
        List<String> take(Draws draws, int count) {
            String plain = request.toLowerCase(Locale.ROOT);
            List<String> words = draws.shuffled(POOL).stream()
                    .filter(word -> !taken.contains(word) && !plain.contains(word))
                    .limit(count)
                    .toList();
            taken.addAll(words);
            if (words.size() < count) {
                throw new IllegalArgumentException("the request has all of the words " + POOL);
            }
            return words;
        }
    }

    abstract Constraint draw(Draws draws, Words words);

    Constraint with(Map<String, Object> arguments, String sentence, Object... values) {
        return new Constraint(published, arguments, String.format(Locale.ROOT, sentence, values));
    }

    static String relation(Draws draws) {
        return draws.of(List.of(AT_LEAST, LESS_THAN));
    }
}
