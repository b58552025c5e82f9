package dev.reft.graders.instructions;

import dev.reft.graders.PythonCase;
import dev.reft.graders.PythonText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The 25 constraints of IFEval. */
final class IfevalRules {
    private static final List<String> CONSTRAINED =
            List.of("My answer is yes.", "My answer is no.", "My answer is maybe.");

    private IfevalRules() {}

    static Map<String, Maker> makers() {
        Map<String, Maker> makers = new HashMap<>();
        words(makers);
        lengths(makers);
        contents(makers);
        formats(makers);
        cases(makers);
        return makers;
    }

    private static void words(Map<String, Maker> makers) {
        makers.put("keywords:existence", Maker.with((a, l) -> existence(a.texts("keywords")), "keywords"));
        makers.put("keywords:frequency", frequency());
        makers.put(
                "keywords:forbidden_words",
                Maker.with((a, l) -> forbidden(a.texts("forbidden_words")), "forbidden_words"));
        makers.put("keywords:letter_frequency", letterFrequency());
        makers.put("language:response_language", Maker.with(IfevalRules::language, "language"));
    }

    private static void lengths(Map<String, Maker> makers) {
        makers.put(
                "length_constraints:number_sentences",
                Maker.with(
                        (a, l) -> {
                            Arguments.Threshold threshold = a.threshold("num_sentences", "relation");
                            return text -> threshold.admits(Sentences.count(text));
                        },
                        "num_sentences",
                        "relation"));
        makers.put(
                "length_constraints:number_paragraphs",
                Maker.with(
                        (a, l) -> {
                            int wanted = a.number("num_paragraphs", 0);
                            return text -> Texts.filledParts(Texts.split(text, "***")) == wanted;
                        },
                        "num_paragraphs"));
        makers.put(
                "length_constraints:number_words",
                Maker.with(
                        (a, l) -> {
                            Arguments.Threshold threshold = a.threshold("num_words", "relation");
                            return text -> threshold.admits(Texts.words(text).size());
                        },
                        "num_words",
                        "relation"));
        makers.put(
                "length_constraints:nth_paragraph_first_word",
                Maker.with((a, l) -> nthParagraph(a), "num_paragraphs", "nth_paragraph", "first_word"));
    }

    private static void contents(Map<String, Maker> makers) {
        makers.put(
                "detectable_content:number_placeholders",
                Maker.with(
                        (a, l) -> {
                            int least = a.number("num_placeholders", 0);
                            return text -> Texts.enclosed(text, "[", "]", 0) >= least;
                        },
                        "num_placeholders"));
        makers.put(
                "detectable_content:postscript",
                Maker.with(
                        (a, l) -> postscript(a.filledText("postscript_marker").strip()), "postscript_marker"));
        makers.put("combination:two_responses", Maker.plain(IfevalRules::twoResponses));
        makers.put(
                "combination:repeat_prompt",
                Maker.with(
                        (a, l) -> {
                            String prompt = lower(a.filledText("prompt_to_repeat"));
                            return text -> lower(text).startsWith(prompt);
                        },
                        "prompt_to_repeat"));
        makers.put(
                "startend:end_checker",
                Maker.with(
                        (a, l) -> {
                            String phrase = lower(a.text("end_phrase"));
                            return text -> PythonCase.lower(Texts.strip(PythonText.strip(text), '"'))
                                    .endsWith(phrase);
                        },
                        "end_phrase"));
        makers.put("startend:quotation", Maker.plain(IfevalRules::quotation));
    }

    private static void formats(Map<String, Maker> makers) {
        makers.put(
                "detectable_format:number_bullet_lists",
                Maker.with(
                        (a, l) -> {
                            int wanted = a.number("num_bullets", 0);
                            return text -> bullets(text) == wanted;
                        },
                        "num_bullets"));
        makers.put(
                "detectable_format:constrained_response",
                Maker.plain(text -> CONSTRAINED.stream().anyMatch(text::contains)));
        makers.put(
                "detectable_format:number_highlighted_sections",
                Maker.with(
                        (a, l) -> {
                            int least = a.number("num_highlights", 0);
                            return text -> highlights(text, "*") + highlights(text, "**") >= least;
                        },
                        "num_highlights"));
        makers.put(
                "detectable_format:multiple_sections",
                Maker.with(
                        (a, l) -> {
                            String splitter = a.filledText("section_spliter").strip();
                            int least = a.number("num_sections", 0);
                            return text -> sections(text, splitter) >= least;
                        },
                        "section_spliter",
                        "num_sections"));
        makers.put("detectable_format:json_format", Maker.plain(IfevalRules::json));
        makers.put("detectable_format:title", Maker.plain(IfevalRules::title));
    }

    private static void cases(Map<String, Maker> makers) {
        makers.put(
                "change_case:capital_word_frequency",
                Maker.with(
                        (a, l) -> {
                            Arguments.Threshold threshold = a.threshold("capital_frequency", "capital_relation");
                            return text -> threshold.admits((int) Treebank.words(text).stream()
                                    .filter(Texts::isUpper)
                                    .count());
                        },
                        "capital_frequency",
                        "capital_relation"));
        makers.put(
                "change_case:english_capital",
                new Maker(Set.of(), (a, l) -> text -> Texts.isUpper(text) && isEnglish(l, text)));
        makers.put(
                "change_case:english_lowercase",
                new Maker(Set.of(), (a, l) -> text -> Texts.isLower(text) && isEnglish(l, text)));
        makers.put("punctuation:no_comma", Maker.plain(text -> text.indexOf(',') < 0));
    }

    static Maker frequency() {
        return Maker.with(
                (a, l) -> {
                    String keyword = a.filledText("keyword").strip();
                    Arguments.Threshold threshold = a.threshold("frequency", "relation");
                    return text -> threshold.admits(Texts.occurrences(text, keyword));
                },
                "keyword",
                "frequency",
                "relation");
    }

    static Maker letterFrequency() {
        return Maker.with(
                (a, l) -> {
                    int letter = Character.toLowerCase(a.letter("letter"));
                    Arguments.Threshold threshold = a.threshold("let_frequency", "let_relation");
                    return text -> threshold.admits((int) PythonCase.lower(text)
                            .codePoints()
                            .filter(c -> c == letter)
                            .count());
                },
                "letter",
                "let_frequency",
                "let_relation");
    }

    private static Instruction existence(List<String> keywords) {
        return text -> keywords.stream().allMatch(keyword -> Texts.find(text, keyword, 0) >= 0);
    }

    private static Instruction forbidden(List<String> words) {
        return text -> words.stream().noneMatch(word -> Texts.containsWord(text, word));
    }

    /** A text without letters is in no other language, and so follows, as in the published check. */
    private static Instruction language(Arguments arguments, LanguageDetector languages) {
        String wanted = arguments.filledText("language").strip();
        return text -> languages.detect(text).map(wanted::equals).orElse(true);
    }

    private static boolean isEnglish(LanguageDetector languages, String text) {
        return languages.detect(text).map("en"::equals).orElse(true);
    }

    private static Instruction nthParagraph(Arguments arguments) {
        int wanted = arguments.number("num_paragraphs", 1);
        int nth = arguments.number("nth_paragraph", 1);
        String word = PythonCase.lower(arguments.filledText("first_word"));
        if (nth > wanted) {
            throw arguments.wrong("nth_paragraph", "must be at most num_paragraphs");
        }
        return text -> {
            List<String> paragraphs = Texts.split(text, "\n\n");
            long filled = paragraphs.stream()
                    .filter(p -> !PythonText.strip(p).isEmpty())
                    .count();
            // Blank paragraphs are not counted, but keep their place: the published check has it so.
            return filled == wanted && nth <= filled && word.equals(firstWord(paragraphs.get(nth - 1)));
        };
    }

    /** The first word, lower case, to its first punctuation mark. */
    private static String firstWord(String paragraph) {
        List<String> words = PythonText.split(paragraph);
        if (words.isEmpty()) {
            return "";
        }
        String word = words.get(0);
        int start = 0;
        while (start < word.length() && word.charAt(start) == '\'') {
            start++;
        }
        while (start < word.length() && word.charAt(start) == '"') {
            start++;
        }
        int end = start;
        while (end < word.length() && ".,?!'\"".indexOf(word.charAt(end)) < 0) {
            end++;
        }
        return PythonCase.lower(word.substring(start, end));
    }

    private static Instruction postscript(String marker) {
        List<String> parts =
                switch (marker) {
                    case "P.P.S" -> List.of("p.", "p.", "s");
                    case "P.S." -> List.of("p.", "s.");
                    default -> List.of(PythonCase.lower(marker));
                };
        return text -> {
            String lower = PythonCase.lower(text);
            for (int at = lower.indexOf(parts.get(0)); at >= 0; at = lower.indexOf(parts.get(0), at + 1)) {
                if (startsWith(lower, at, parts)) {
                    return true;
                }
            }
            return false;
        };
    }

    /** Whether the parts stand here, with one white space between two at most. */
    private static boolean startsWith(String text, int start, List<String> parts) {
        int at = start;
        for (String part : parts) {
            if (at > start && at < text.length() && PythonText.isSpace(text.charAt(at))) {
                at++;
            }
            if (!text.startsWith(part, at)) {
                return false;
            }
            at += part.length();
        }
        return true;
    }

    /** Lines that begin with {@code -}, or with {@code *} and something other than a second star. */
    private static int bullets(String text) {
        return bullets(text, '*') + bullets(text, '-');
    }

    /** The published check looks for stars and dashes one after the other, so a line may count for both. */
    private static int bullets(String text, char wanted) {
        int count = 0;
        int at = 0;
        while (at < text.length()) {
            int first = at;
            while (first < text.length() && PythonText.isSpace(text.charAt(first))) {
                first++;
            }
            boolean mark = first < text.length() && text.charAt(first) == wanted;
            boolean star = mark && wanted == '*';
            mark &= !star || (first + 1 < text.length() && text.charAt(first + 1) != '*');
            count += mark ? 1 : 0;
            // A star with nothing behind it takes the next line with it, as in the published pattern.
            int end = text.indexOf('\n', mark && star ? first + 2 : first);
            at = end < 0 ? text.length() : end + 1;
        }
        return count;
    }

    /** Non-overlapping stretches of one line between two marks, without a star in them and not blank. */
    private static int highlights(String text, String mark) {
        int count = 0;
        int at = text.indexOf(mark);
        while (at >= 0) {
            int end = at + mark.length();
            while (end < text.length() && text.charAt(end) != '*' && text.charAt(end) != '\n') {
                end++;
            }
            boolean closed = text.startsWith(mark, end);
            if (closed) {
                count += PythonText.strip(text.substring(at + mark.length(), end))
                                .isEmpty()
                        ? 0
                        : 1;
            }
            at = text.indexOf(mark, closed ? end + mark.length() : at + 1);
        }
        return count;
    }

    /** Splitters that a number follows, one white space between at most. */
    private static int sections(String text, String splitter) {
        int count = 0;
        for (int at = text.indexOf(splitter); at >= 0; at = text.indexOf(splitter, at)) {
            at += splitter.length();
            int digits = at < text.length() && PythonText.isSpace(text.charAt(at)) ? at + 1 : at;
            count += digits < text.length() && PythonText.isDigit(text.codePointAt(digits)) ? 1 : 0;
        }
        return count;
    }

    private static boolean json(String text) {
        String plain = PythonText.strip(text);
        for (String fence : List.of("```json", "```Json", "```JSON", "```")) {
            if (plain.startsWith(fence)) {
                plain = plain.substring(fence.length());
            }
        }
        return JsonText.isValid(
                PythonText.strip(plain.endsWith("```") ? plain.substring(0, plain.length() - 3) : plain));
    }

    /** {@code <<...>>} within a line, with more in it than brackets and white space. */
    private static boolean title(String text) {
        for (String line : Texts.split(text, "\n")) {
            int start = line.indexOf("<<");
            int end = line.lastIndexOf(">>");
            if (start >= 0 && end > start + 2) {
                int from = start;
                int to = end + 2;
                while (from < to && line.charAt(from) == '<') {
                    from++;
                }
                while (to > from && line.charAt(to - 1) == '>') {
                    to--;
                }
                if (!PythonText.strip(line.substring(from, to)).isEmpty()) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean twoResponses(String text) {
        List<String> parts = Texts.split(text, "******");
        if (Texts.filledParts(parts) != 2) {
            return false;
        }
        List<String> filled = new ArrayList<>();
        for (String part : parts) {
            String plain = PythonText.strip(part);
            if (!plain.isEmpty()) {
                filled.add(plain);
            }
        }
        return !filled.get(0).equals(filled.get(1));
    }

    private static boolean quotation(String text) {
        String plain = PythonText.strip(text);
        return plain.length() > 1 && plain.startsWith("\"") && plain.endsWith("\"");
    }

    static String lower(String text) {
        return PythonCase.lower(PythonText.strip(text));
    }
}
