package dev.reft.graders.instructions;

import dev.reft.graders.PythonText;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Words as the Penn Treebank counts them, by the rules of NLTK's {@code word_tokenize}: punctuation apart, {@code don't} is
 * {@code do n't}. Only a text's last full stop, and one at a sentence's end, stands apart from its word.
 */
final class Treebank {
    private static final Pattern OPENING = Pattern.compile("([\u00AB\u201C\u2018\u201E]|`+)");
    private static final Pattern OPENING_QUOTE = Pattern.compile("([ (\\[{<])(\"|'{2})");
    private static final Pattern OPENING_APOSTROPHE = pattern("(')(?!re|ve|ll|m|t|s|d|n)(\\w)\\b");
    private static final Pattern COMMA = Pattern.compile("([:,])([^0-9])");
    private static final Pattern ELLIPSIS = Pattern.compile("\\.{2,}+");
    private static final Pattern APOSTROPHE = Pattern.compile("([^'])' ");
    private static final Pattern CLOSING = Pattern.compile("[\u00BB\u201D\u2019]|''");
    private static final Pattern ONE_LETTER = Pattern.compile("([^' ])('[sS]|'[mM]|'[dD]|') ");
    private static final Pattern TWO_LETTERS = Pattern.compile("([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ");
    private static final Pattern JOINED = Pattern.compile(
            "\\b(?:(can)(not)|(d)('ye)|(gim)(me)|(gon)(na)|(got)(ta)|(lem)(me)|(more)('n)|(wan)(na)(?=\\s))\\b",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern CLIPPED = pattern(" ('t)(is|was)\\b");

    private Treebank() {}

    private static Pattern pattern(String regex) {
        return Pattern.compile(regex, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CHARACTER_CLASS);
    }

    /** The words of a text, which is cut into sentences first. */
    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        for (String sentence : Sentences.cut(text)) {
            words.addAll(sentence(sentence));
        }
        return words;
    }

    private static List<String> sentence(String text) {
        String out = OPENING.matcher(text).replaceAll(" $1 ");
        out = out.startsWith("\"") ? "``" + out.substring(1) : out;
        out = out.replace("``", " `` ");
        out = OPENING_QUOTE.matcher(out).replaceAll("$1 `` ");
        out = OPENING_APOSTROPHE.matcher(out).replaceAll("$1 $2");
        out = COMMA.matcher(out).replaceAll(" $1 $2");
        out = out.endsWith(",") || out.endsWith(":")
                ? out.substring(0, out.length() - 1) + " " + out.charAt(out.length() - 1)
                : out;
        out = lastStopApart(ELLIPSIS.matcher(out).replaceAll(" $0 "));
        out = marksApart(out);
        boolean apostrophes = out.indexOf('\'') >= 0;
        out = apostrophes ? APOSTROPHE.matcher(out).replaceAll("$1 ' ") : out;
        out = " " + out + " ";
        out = CLOSING.matcher(out).replaceAll(" $0 ").replace("\"", " '' ");
        if (apostrophes) {
            out = ONE_LETTER.matcher(out).replaceAll("$1 $2 ");
            out = TWO_LETTERS.matcher(out).replaceAll("$1 $2 ");
            out = CLIPPED.matcher(out).replaceAll(" $1 $2 ");
        }
        out = JOINED.matcher(out).replaceAll(match -> {
            StringBuilder parts = new StringBuilder(" ");
            for (int group = 1; group <= match.groupCount(); group++) {
                if (match.group(group) != null) {
                    parts.append(match.group(group)).append(' ');
                }
            }
            return parts.toString();
        });
        return PythonText.split(out);
    }

    /** The full stop that ends the text, closing marks behind it, becomes a word of its own. */
    private static String lastStopApart(String text) {
        int end = text.length();
        while (end > 0
                && (PythonText.isSpace(text.charAt(end - 1))
                        || "])}>\"'\u00BB\u201D\u2019".indexOf(text.charAt(end - 1)) >= 0)) {
            end--;
        }
        boolean stop = end > 1 && text.charAt(end - 1) == '.' && text.charAt(end - 2) != '.';
        return stop ? text.substring(0, end - 1) + " . " + text.substring(end) : text;
    }

    /** Marks that are words of their own wherever they stand, and double dashes. */
    private static String marksApart(String text) {
        StringBuilder out = new StringBuilder(text.length() + 32);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (";@#$%&?!*][(){}<>".indexOf(c) >= 0) {
                out.append(' ').append(c).append(' ');
            } else if (c == '-' && i + 1 < text.length() && text.charAt(i + 1) == '-') {
                out.append(" -- ");
                i++;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
