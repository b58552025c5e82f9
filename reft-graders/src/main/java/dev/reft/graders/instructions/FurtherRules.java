package dev.reft.graders.instructions;

import dev.reft.graders.PythonCase;
import dev.reft.graders.PythonText;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** The 29 constraints that open-instruct's IFEvalG adds. Verdicts are the published ones, also where they look odd. */
final class FurtherRules {
    private FurtherRules() {}

    static Map<String, Maker> makers() {
        Map<String, Maker> makers = new HashMap<>();
        copies(makers);
        formats(makers);
        keywords(makers);
        ends(makers);
        counts(makers);
        return makers;
    }

    private static void copies(Map<String, Maker> makers) {
        makers.put(
                "copy:repeat_phrase",
                Maker.with(
                        (a, l) -> repeatPhrase(a.filledText("phrase"), a.number("small_n", 1)), "phrase", "small_n"));
        makers.put("copy:copy", copy());
        makers.put("copy:copying_simple", copy());
        makers.put(
                "copy:copying_multiple",
                Maker.with(
                        (a, l) -> {
                            String prompt = IfevalRules.lower(a.filledText("prompt_to_repeat"));
                            int times = a.number("N", 1);
                            return text -> {
                                List<String> parts = Texts.split(text, "******");
                                return parts.size() == times
                                        && parts.stream()
                                                .allMatch(p ->
                                                        IfevalRules.lower(p).equals(prompt));
                            };
                        },
                        "prompt_to_repeat",
                        "N"));
        makers.put("new:copy_span_idx", Maker.with((a, l) -> copySpan(a), "prompt_to_repeat", "n_start", "n_end"));
    }

    private static void formats(Map<String, Maker> makers) {
        makers.put("detectable_format:sentence_hyphens", Maker.plain(FurtherRules::hyphens));
        makers.put(
                "detectable_format:square_brackets",
                Maker.plain(text ->
                        PythonText.split(text).stream().allMatch(word -> word.startsWith("[") && word.endsWith("]"))));
        makers.put("detectable_format:bigram_wrapping", Maker.plain(FurtherRules::bigrams));
        makers.put("paragraphs:paragraphs", Maker.plain(text -> Texts.filledParts(Texts.split(text, "***")) == 2));
        makers.put("paragraphs:paragraphs2", Maker.plain(text -> Texts.filledParts(Texts.split(text, "\n\n")) == 2));
        makers.put("punctuation:punctuation_dot", Maker.plain(text -> text.indexOf('.') < 0));
        makers.put("punctuation:punctuation_exclamation", Maker.plain(text -> text.indexOf('!') < 0));
    }

    private static void keywords(Map<String, Maker> makers) {
        makers.put("keywords:no_adjacent_consecutive", Maker.plain(FurtherRules::noAdjacent));
        makers.put(
                "keywords:word_once",
                Maker.with(
                        (a, l) -> {
                            String keyword = a.filledText("keyword").strip();
                            return text -> Texts.occurrences(text, keyword) == 1;
                        },
                        "keyword"));
        makers.put("keywords:word_count_different_numbers", IfevalRules.frequency());
        makers.put(
                "keywords:exclude_word_harder",
                Maker.with(
                        (a, l) -> {
                            String keyword = " " + a.filledText("keyword").strip() + " ";
                            return text -> !text.contains(keyword);
                        },
                        "keyword",
                        "instruction"));
        makers.put(
                "keywords:palindrome",
                Maker.plain(text -> PythonText.split(text).stream().anyMatch(FurtherRules::isPalindrome)));
        makers.put("keywords:keyword_specific_position", Maker.with((a, l) -> position(a), "keyword", "n", "m"));
        makers.put("keywords:start_end", Maker.plain(text -> {
            List<String> words = Treebank.words(text);
            return words.size() >= 2 && lowerEqual(words.get(0), words.get(words.size() - 1));
        }));
    }

    private static void ends(Map<String, Maker> makers) {
        makers.put(
                "first_word:first_word_sent",
                Maker.with(
                        (a, l) -> {
                            String word = a.firstText("first_word").strip();
                            return text -> Sentences.split(text).stream().allMatch(s -> startsWith(s, word));
                        },
                        "first_word"));
        makers.put(
                "first_word:first_word_answer",
                Maker.with(
                        (a, l) -> {
                            String word = a.filledText("first_word").strip();
                            return text -> startsWith(text, word);
                        },
                        "first_word"));
        makers.put(
                "last_word:last_word_sent",
                Maker.with(
                        (a, l) -> {
                            String word = a.firstText("last_word").strip();
                            return text -> Sentences.split(text).stream().allMatch(s -> endsWith(s, word));
                        },
                        "last_word"));
        makers.put(
                "last_word:last_word_answer",
                Maker.with(
                        (a, l) -> {
                            String word = a.filledText("last_word").strip();
                            return text -> endsWith(text, word);
                        },
                        "last_word"));
    }

    private static void counts(Map<String, Maker> makers) {
        makers.put(
                "count:lowercase_counting",
                Maker.with(
                        (a, l) -> {
                            int most = a.number("N", 1);
                            return text -> Texts.wordsOf(text, c -> c >= 'a' && c <= 'z') <= most;
                        },
                        "N"));
        makers.put(
                "count:counting_composition",
                Maker.with((a, l) -> composition(a.number("n_sent", 1), a.number("n_words", 1)), "n_sent", "n_words"));
        makers.put("count:count_unique", Maker.plain(text -> {
            List<String> words = Treebank.words(text);
            return new HashSet<>(words).size() == words.size();
        }));
        makers.put(
                "count:count_increment_word",
                Maker.with(
                        (a, l) -> {
                            String once = a.filledText("keyword1").strip();
                            String twice = a.filledText("keyword2").strip();
                            return text -> Texts.occurrences(text, once) == 1 && Texts.occurrences(text, twice) == 2;
                        },
                        "keyword1",
                        "keyword2"));
        makers.put(
                "letters:letter_counting",
                Maker.with(
                        (a, l) -> {
                            Arguments.Threshold threshold = a.threshold("N", "relation");
                            return text -> threshold.admits((int) text.chars()
                                    .filter(c -> (c | 32) >= 'a' && (c | 32) <= 'z' && c < 128)
                                    .count());
                        },
                        "N",
                        "relation"));
        makers.put("letters:letter_counting2", IfevalRules.letterFrequency());
    }

    private static Maker copy() {
        return Maker.with(
                (a, l) -> {
                    String prompt = IfevalRules.lower(a.filledText("prompt_to_repeat"));
                    return text -> IfevalRules.lower(text).equals(prompt);
                },
                "prompt_to_repeat");
    }

    /** Stretches from the phrase's first word to its last, each with exactly one other word than the phrase's. */
    private static Instruction repeatPhrase(String phrase, int times) {
        List<String> wanted = PythonText.split(phrase);
        String open = wanted.get(0) + " ";
        String close = " " + wanted.get(wanted.size() - 1);
        return text -> {
            int count = 0;
            int end = -1;
            int at = text.indexOf(open);
            while (at >= 0) {
                int earliest = at + open.length();
                end = end < earliest ? text.indexOf(close, earliest) : end;
                if (end < 0) {
                    break;
                }
                int line = text.indexOf('\n', earliest);
                if (line >= 0 && line < end) {
                    at = text.indexOf(open, line);
                    continue;
                }
                if (++count > times
                        || !differsOnce(PythonText.split(text.substring(at, end + close.length())), wanted)) {
                    return false;
                }
                at = text.indexOf(open, end + close.length());
            }
            return count == times;
        };
    }

    private static boolean differsOnce(List<String> words, List<String> wanted) {
        if (words.size() != wanted.size()) {
            return false;
        }
        int differences = 0;
        for (int i = 0; i < words.size(); i++) {
            differences += words.get(i).equals(wanted.get(i)) ? 0 : 1;
        }
        return differences == 1;
    }

    /** Indices count code points of the prompt; as in Python an end beyond it means its end. */
    private static Instruction copySpan(Arguments arguments) {
        String prompt = arguments.filledText("prompt_to_repeat");
        int length = Texts.length(prompt);
        int start = Math.min(arguments.number("n_start", 0), length);
        int end = Math.min(arguments.number("n_end", 1), length);
        if (end <= start) {
            throw arguments.wrong("n_end", "must be greater than n_start, and n_start within the prompt");
        }
        String span = IfevalRules.lower(
                prompt.substring(prompt.offsetByCodePoints(0, start), prompt.offsetByCodePoints(0, end)));
        return text -> IfevalRules.lower(text).equals(span);
    }

    /** The pieces between hyphens must be the sentences of the text without them, one by one, and touch the hyphens. */
    private static boolean hyphens(String text) {
        List<String> sentences = Sentences.split(text.replace('-', ' '));
        List<String> pieces = Texts.split(text, "-");
        for (int i = 0; i < Math.min(pieces.size(), sentences.size()); i++) {
            if (!PythonText.strip(pieces.get(i)).equals(pieces.get(i))
                    || !pieces.get(i).equals(sentences.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean bigrams(String text) {
        List<String> words = PythonText.split(text);
        for (int i = 0; i + 1 < words.size(); i += 2) {
            if (!words.get(i).startsWith("<<") || !words.get(i + 1).endsWith(">>")) {
                return false;
            }
        }
        return true;
    }

    private static boolean noAdjacent(String text) {
        List<String> words = PythonText.split(text);
        for (int i = 0; i + 1 < words.size(); i++) {
            String first = initial(words.get(i));
            String second = initial(words.get(i + 1));
            // A few capitals have no lower-case letter of one code point; the published check lets those fail.
            if (Texts.length(first) != 1
                    || Texts.length(second) != 1
                    || second.codePointAt(0) - first.codePointAt(0) == 1) {
                return false;
            }
        }
        return true;
    }

    private static String initial(String word) {
        return PythonCase.lower(word.substring(0, word.offsetByCodePoints(0, 1)));
    }

    private static boolean isPalindrome(String word) {
        int[] codes = word.codePoints().toArray();
        for (int i = 0; i < codes.length / 2; i++) {
            if (codes[i] != codes[codes.length - 1 - i]) {
                return false;
            }
        }
        return true;
    }

    private static Instruction position(Arguments arguments) {
        String keyword = arguments.firstText("keyword").strip();
        int sentence = arguments.number("n", 1);
        int word = arguments.number("m", 1);
        return text -> {
            List<String> sentences = Sentences.split(text);
            if (sentences.size() < sentence) {
                return false;
            }
            List<String> words = Treebank.words(sentences.get(sentence - 1));
            return words.size() >= word && words.get(word - 1).equals(keyword);
        };
    }

    private static boolean startsWith(String text, String word) {
        List<String> words = PythonText.split(text);
        return !words.isEmpty() && lowerEqual(words.get(0), word);
    }

    private static boolean endsWith(String text, String word) {
        List<String> words = PythonText.split(text);
        return !words.isEmpty() && lowerEqual(Texts.withoutPunctuation(words.get(words.size() - 1)), word);
    }

    private static boolean lowerEqual(String a, String b) {
        return PythonCase.lower(a).equals(PythonCase.lower(b));
    }

    /** Three paragraphs of so many sentences of so many words; a blank first or last paragraph has none, and so fails. */
    private static Instruction composition(int sentences, int words) {
        return text -> {
            List<String> paragraphs = Texts.split(text, "***");
            for (String paragraph : paragraphs) {
                List<String> found = Sentences.split(PythonText.strip(paragraph));
                if (found.size() != sentences
                        || found.stream().anyMatch(s -> Treebank.words(s).size() != words)) {
                    return false;
                }
            }
            return paragraphs.size() == 3;
        };
    }
}
