package dev.reft.graders.similarity;

import dev.reft.graders.PythonText;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Splits text into words for BLEU, GLEU and METEOR as Azure's published evaluators do: ASCII text in the manner of the Penn Treebank
 * (nltk's {@code word_tokenize}, with an own splitter into sentences in the place of Punkt), other text as mteval-v14 does (nltk's
 * {@code international_tokenize}).
 *
 * <p>No expression here can run away: none repeats what can match the same text in two ways, so each pass is linear.
 */
public final class WordTokenizer {
    // As in Python: \w, \d and \s of all scripts, and $ at the end or before a last line feed.
    private static final int PYTHON = Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNIX_LINES;
    private static final int ANY_CASE = PYTHON | Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;

    /** The order matters: later steps see the blanks that earlier ones put in. */
    private static final List<Step> BEFORE = List.of(
            // opening quotes
            step("([\u00ab\u201c\u2018\u201e]|[`]++)", " $1 ", PYTHON),
            step("^\"", "``", PYTHON),
            step("(``)", " $1 ", PYTHON),
            step("([ (\\[{<])(\"|'{2})", "$1 `` ", PYTHON),
            step("(?<!\\w)(')(?!(?:re|ve|ll|m|t|s|d|n)\\b)(?=\\w)", "$1 ", ANY_CASE),
            // punctuation
            step("([^.])(\\.)([\\])}>\"'\u00bb\u201d\u2019 ]*+)\\s*+$", "$1 $2 $3 ", PYTHON),
            step("([:,])([^\\d])", " $1 $2", PYTHON),
            step("([:,])$", " $1 ", PYTHON),
            step("\\.{2,}+", " $0 ", PYTHON),
            step("[;@#$%&]", " $0 ", PYTHON),
            step("[\u2012-\u2015]", " $0 ", PYTHON),
            step("([^.])(\\.)([\\])}>\"']*+)\\s*+$", "$1 $2$3 ", PYTHON),
            step("[?!]", " $0 ", PYTHON),
            step("([^'])' ", "$1 ' ", PYTHON),
            step("[*]", " $0 ", PYTHON),
            // brackets and dashes
            step("[\\]\\[(){}<>]", " $0 ", PYTHON),
            step("--", " -- ", PYTHON));

    private static final List<Step> AFTER = List.of(
            // closing quotes
            step("([\u00bb\u201d\u2019])", " $1 ", PYTHON),
            step("''", " '' ", PYTHON),
            step("\"", " '' ", PYTHON),
            step("\\s++", " ", PYTHON),
            step("([^' ])('[sS]|'[mM]|'[dD]|') ", "$1 $2 ", PYTHON),
            step("([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ", "$1 $2 ", PYTHON),
            // contractions
            step("\\b(can)(not)\\b", " $1 $2 ", ANY_CASE),
            step("\\b(d)('ye)\\b", " $1 $2 ", ANY_CASE),
            step("\\b(gim)(me)\\b", " $1 $2 ", ANY_CASE),
            step("\\b(gon)(na)\\b", " $1 $2 ", ANY_CASE),
            step("\\b(got)(ta)\\b", " $1 $2 ", ANY_CASE),
            step("\\b(lem)(me)\\b", " $1 $2 ", ANY_CASE),
            step("\\b(more)('n)\\b", " $1 $2 ", ANY_CASE),
            step("\\b(wan)(na)(?=\\s)", " $1 $2 ", ANY_CASE),
            step(" ('t)(is)\\b", " $1 $2 ", ANY_CASE),
            step(" ('t)(was)\\b", " $1 $2 ", ANY_CASE));

    private static final List<Step> INTERNATIONAL = List.of(
            step("<skipped>", "", PYTHON),
            step("\u2028", " ", PYTHON),
            step("&lt;", "<", PYTHON),
            step("&gt;", ">", PYTHON),
            step("&quot;", "\"", PYTHON),
            step("&apos;", "'", PYTHON),
            step("&amp;", "&", PYTHON),
            step("([\\x00-\\x7f]++)", " $1 ", PYTHON),
            step("([^\\p{N}])(\\p{P})", "$1 $2 ", PYTHON),
            step("(\\p{P})([^\\p{N}])", " $1 $2", PYTHON),
            step("(\\p{S})", " $1 ", PYTHON));

    private WordTokenizer() {}

    private record Step(Pattern pattern, String replacement) {
        String on(String text) {
            return pattern.matcher(text).replaceAll(replacement);
        }
    }

    private static Step step(String pattern, String replacement, int flags) {
        return new Step(Pattern.compile(pattern, flags), replacement);
    }

    /**
     * The words of a text, punctuation marks being words.
     *
     * @param text any text
     * @return its words, none empty
     */
    public static List<String> of(String text) {
        if (text.chars().anyMatch(c -> c > 127)) {
            return international(text);
        }
        List<String> words = new ArrayList<>();
        for (String sentence : PunktSplitter.split(text)) {
            words.addAll(treebank(sentence));
        }
        return words;
    }

    /**
     * The words of one sentence in the manner of the Penn Treebank: clitics and punctuation apart, a full stop only at the end.
     *
     * @param sentence any text
     * @return its words, none empty
     */
    public static List<String> treebank(String sentence) {
        String text = sentence;
        for (Step step : BEFORE) {
            text = step.on(text);
        }
        text = " " + text + " ";
        for (Step step : AFTER) {
            text = step.on(text);
        }
        return PythonText.split(text);
    }

    /**
     * The words of a text as mteval-v14 splits them: ASCII apart from other scripts, symbols apart, punctuation apart except between
     * digits.
     *
     * @param text any text
     * @return its words, none empty
     */
    public static List<String> international(String text) {
        String spaced = text;
        for (Step step : INTERNATIONAL) {
            spaced = step.on(spaced);
        }
        return PythonText.split(spaced);
    }
}
