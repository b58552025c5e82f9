package dev.reft.graders.instructions;

import dev.reft.graders.PythonCase;
import dev.reft.graders.PythonText;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The 25 older functions of open-instruct: the ideas of IFEval with other rules at the edges. */
final class OpenInstructFunctions {
    private OpenInstructFunctions() {}

    static Map<String, Maker> makers() {
        Map<String, Maker> makers = new HashMap<>();
        words(makers);
        lengths(makers);
        marks(makers);
        wholes(makers);
        return makers;
    }

    private static void words(Map<String, Maker> makers) {
        makers.put("verify_keywords", Maker.with((a, l) -> keywords(a.texts("keyword_list"), true), "keyword_list"));
        makers.put(
                "verify_keyword_frequency",
                Maker.with(
                        (a, l) -> {
                            String word = PythonCase.lower(a.text("word"));
                            int wanted = a.number("N", 0);
                            return text -> Texts.words(PythonCase.lower(text)).stream()
                                            .filter(word::equals)
                                            .count()
                                    == wanted;
                        },
                        "word",
                        "N"));
        makers.put(
                "validate_forbidden_words",
                Maker.with((a, l) -> keywords(a.texts("forbidden_words"), false), "forbidden_words"));
        makers.put(
                "verify_letter_frequency",
                Maker.with(
                        (a, l) -> {
                            int letter = a.letter("letter");
                            int wanted = a.number("N", 0);
                            return text ->
                                    text.codePoints().filter(c -> c == letter).count() == wanted;
                        },
                        "letter",
                        "N"));
        makers.put(
                "validate_response_language",
                Maker.with(
                        (a, l) -> {
                            String wanted = a.filledText("language").strip();
                            return text -> l.detect(text).map(wanted::equals).orElse(false);
                        },
                        "language"));
        makers.put(
                "validate_choice",
                Maker.with(
                        (a, l) -> {
                            List<String> options = a.texts("options");
                            return text -> options.stream().anyMatch(text::contains);
                        },
                        "options"));
    }

    private static void lengths(Map<String, Maker> makers) {
        makers.put(
                "verify_paragraph_count",
                Maker.with(
                        (a, l) -> {
                            int wanted = a.number("N", 0);
                            return text -> paragraphs(text) == wanted;
                        },
                        "N"));
        makers.put(
                "validate_word_constraint",
                Maker.with(
                        (a, l) -> {
                            Arguments.Threshold bound = quantity(a, true);
                            return text -> bound.admits(PythonText.countWords(text));
                        },
                        "N",
                        "quantifier"));
        makers.put(
                "verify_sentence_constraint",
                Maker.with(
                        (a, l) -> {
                            Arguments.Threshold bound = quantity(a, false);
                            return text ->
                                    bound.admits(sentences(text.codePoints().toArray()));
                        },
                        "N",
                        "quantifier"));
        makers.put("validate_paragraphs", Maker.with((a, l) -> paragraph(a), "N", "first_word", "i"));
        makers.put(
                "validate_sections",
                Maker.with(
                        (a, l) -> {
                            String splitter = a.filledText("section_splitter");
                            int wanted = a.number("N", 0);
                            return text -> Texts.split(text, splitter).size()
                                            - (text.startsWith(splitter) || text.isEmpty() ? 1 : 0)
                                    == wanted;
                        },
                        "N",
                        "section_splitter"));
        makers.put(
                "validate_frequency_capital_words",
                Maker.with(
                        (a, l) -> {
                            Arguments.Threshold bound = quantity(a, true);
                            return text -> bound.admits(Texts.wordsOf(text, c -> c >= 'A' && c <= 'Z'));
                        },
                        "N",
                        "quantifier"));
    }

    private static void marks(Map<String, Maker> makers) {
        makers.put(
                "verify_postscript",
                Maker.with(
                        (a, l) -> {
                            String marker = a.text("postscript_marker");
                            return text -> {
                                int at = text.indexOf(marker);
                                return at >= 0
                                        && Texts.length(PythonText.strip(text.substring(at))) > Texts.length(marker);
                            };
                        },
                        "postscript_marker"));
        makers.put(
                "validate_placeholders",
                Maker.with(
                        (a, l) -> {
                            int least = a.number("N", 0);
                            return text -> Texts.enclosed(text, "[", "]", 0) >= least;
                        },
                        "N"));
        makers.put(
                "verify_bullet_points",
                Maker.with(
                        (a, l) -> {
                            int wanted = a.number("N", 0);
                            return text -> Texts.split(text, "\n").stream()
                                            .map(PythonText::strip)
                                            .filter(line -> line.startsWith("*") || line.startsWith("-"))
                                            .count()
                                    == wanted;
                        },
                        "N"));
        makers.put("validate_title", Maker.plain(text -> Texts.enclosed(text, "<<", ">>", 0) > 0));
        makers.put(
                "validate_highlighted_sections",
                Maker.with(
                        (a, l) -> {
                            int least = a.number("N", 0);
                            return text -> Texts.enclosed(text, "*", "*", 0) >= least;
                        },
                        "N"));
    }

    private static void wholes(Map<String, Maker> makers) {
        makers.put("validate_json_format", Maker.plain(JsonText::isValid));
        makers.put(
                "validate_repeat_prompt",
                Maker.with(
                        (a, l) -> {
                            String prompt = a.filledText("original_prompt");
                            return text -> text.startsWith(prompt);
                        },
                        "original_prompt"));
        makers.put("validate_two_responses", Maker.plain(text -> {
            List<String> parts = Texts.split(text, "******");
            return parts.size() == 2 && !PythonText.strip(parts.get(0)).equals(PythonText.strip(parts.get(1)));
        }));
        makers.put("validate_uppercase", Maker.plain(text -> text.equals(PythonCase.upper(text))));
        makers.put("validate_lowercase", Maker.plain(text -> text.equals(PythonCase.lower(text))));
        makers.put(
                "validate_end",
                Maker.with(
                        (a, l) -> {
                            String phrase = a.text("end_phrase");
                            return text -> text.endsWith(phrase);
                        },
                        "end_phrase"));
        makers.put("validate_quotation", Maker.plain(text -> text.startsWith("\"") && text.endsWith("\"")));
        makers.put("validate_no_commas", Maker.plain(text -> text.indexOf(',') < 0));
    }

    private static Instruction keywords(List<String> keywords, boolean wanted) {
        List<String> lower = keywords.stream().map(PythonCase::lower).toList();
        return text -> {
            String plain = PythonCase.lower(text);
            return lower.stream().allMatch(keyword -> plain.contains(keyword) == wanted);
        };
    }

    /** At least, at most, or around N: a tenth for words, one for sentences. Any other word admits nothing. */
    private static Arguments.Threshold quantity(Arguments arguments, boolean tenth) {
        int wanted = arguments.number("N", 0);
        // Python rounds a half to the even neighbour, as rint does.
        double around = tenth ? Math.max(Math.rint(wanted * 0.1), 1) : 1;
        return switch (arguments.text("quantifier")) {
            case "at least" -> count -> count >= wanted;
            case "at most" -> count -> count <= wanted;
            case "around" -> count -> Math.abs(count - wanted) <= around;
            default -> count -> false;
        };
    }

    /** The parts between {@code * * *}, or -1 if one is blank; white space at the ends of lines does not count. */
    private static int paragraphs(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || endsLine(text.charAt(i))) {
                clean.append(PythonText.strip(text.substring(start, i))).append('\n');
                start = i + 1;
            }
        }
        List<String> parts = Texts.split(clean.toString(), "* * *");
        return parts.stream().anyMatch(part -> PythonText.strip(part).isEmpty()) ? -1 : parts.size();
    }

    private static boolean endsLine(char c) {
        return (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    /** One more than the white spaces behind {@code . ? !} that are behind no {@code e.g.} or {@code Mr.}. */
    private static int sentences(int[] text) {
        int count = 1;
        for (int i = 1; i < text.length; i++) {
            boolean end = text[i - 1] == '.' || text[i - 1] == '?' || text[i - 1] == '!';
            if (end && PythonText.isSpace(text[i])) {
                boolean dotted = i >= 4 && Texts.isWord(text[i - 4]) && text[i - 3] == '.' && Texts.isWord(text[i - 2]);
                boolean title = i >= 3 && text[i - 1] == '.' && isAscii(text[i - 3], 'A') && isAscii(text[i - 2], 'a');
                count += dotted || title ? 0 : 1;
            }
        }
        return count;
    }

    private static boolean isAscii(int c, char first) {
        return c >= first && c < first + 26;
    }

    private static Instruction paragraph(Arguments arguments) {
        int wanted = arguments.number("N", 1);
        int index = arguments.number("i", 1);
        String word = arguments.text("first_word");
        return text -> {
            List<String> parts = Texts.split(text, "\n\n");
            return parts.size() == wanted
                    && index <= wanted
                    && PythonText.strip(parts.get(index - 1)).startsWith(word);
        };
    }
}
