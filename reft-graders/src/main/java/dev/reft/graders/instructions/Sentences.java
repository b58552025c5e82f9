package dev.reft.graders.instructions;

import dev.reft.graders.PythonCase;
import dev.reft.graders.PythonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Sentences, found in two ways, as the published constraints use two. {@link #count} stands for NLTK's trained Punkt
 * splitter; {@link #split} is the rule of IFEval's own splitter.
 *
 * <p>{@code count}: a sentence ends after {@code . ? !}, closing quotes and brackets included, where white space follows;
 * not after a known abbreviation, an initial ({@code J. Smith}) or a dotted acronym ({@code e.g.}), and after a number or an
 * ellipsis only if no lower-case letter follows.
 */
final class Sentences {
    private static final Set<String> ABBREVIATIONS = Set.of(
            "dr", "mr", "mrs", "ms", "prof", "st", "jr", "sr", "gen", "gov", "sen", "rep", "col", "capt", "lt", "sgt",
            "rev", "hon", "inc", "ltd", "co", "corp", "bros", "vs", "etc", "jan", "feb", "aug", "sept", "oct", "nov",
            "dec", "ave", "blvd", "mt", "ft", "no", "vol", "pp", "cf", "al", "approx", "dept", "est", "messrs", "adm",
            "maj", "cmdr");

    // Neither character is ever assigned, so no text says anything with them.
    private static final String DOT = "\uFDD0";
    private static final String STOP = "\uFDD1";

    private static final String STARTERS =
            "((?:Mrs?|Ms|Dr|Prof|Capt|Cpt|Lt|Wherever)|(?:He|She|It|They|Their|Our|We|But|However|That|This)\\s)";
    private static final Pattern TITLES = pattern("(Mr|St|Mrs|Ms|Dr)\\.");
    private static final Pattern DOMAINS = pattern("\\.(com|net|org|io|gov|edu|me)");
    private static final Pattern DECIMALS = pattern("([0-9])\\.([0-9])");
    private static final Pattern INITIAL = pattern("\\s([A-Za-z])\\. ");
    private static final Pattern ACRONYM = pattern("([A-Z]\\.[A-Z]\\.(?:[A-Z]\\.)?) " + STARTERS);
    private static final Pattern THREE_LETTERS = pattern("([A-Za-z])\\.([A-Za-z])\\.([A-Za-z])\\.");
    private static final Pattern TWO_LETTERS = pattern("([A-Za-z])\\.([A-Za-z])\\.");
    private static final Pattern FIRM_AND_STARTER = pattern(" (Inc|Ltd|Jr|Sr|Co)\\. " + STARTERS);
    private static final Pattern FIRM = pattern(" (Inc|Ltd|Jr|Sr|Co)\\.");
    private static final Pattern LETTER = pattern(" ([A-Za-z])\\.");

    private Sentences() {}

    private static Pattern pattern(String regex) {
        return Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS);
    }

    /** How many sentences, counted as documented at the class. */
    static int count(String text) {
        return cut(text).size();
    }

    /** The sentences as {@link #count} counts them. */
    static List<String> cut(String text) {
        List<String> sentences = new ArrayList<>();
        String plain = PythonText.strip(text);
        int start = 0;
        int at = 0;
        while (at < plain.length()) {
            int end = closed(plain, at);
            boolean blank = end < plain.length() && PythonText.isSpace(plain.charAt(end));
            if (end > at && blank && ends(plain, at, end)) {
                sentences.add(PythonText.strip(plain.substring(start, end)));
                start = end;
            }
            at = Math.max(end, at + 1);
        }
        if (start < plain.length()) {
            sentences.add(PythonText.strip(plain.substring(start)));
        }
        return sentences;
    }

    /** The end of the run of sentence ends and closing marks that starts here; the start itself if none does. */
    private static int closed(String text, int start) {
        if (!isEnd(text.charAt(start))) {
            return start;
        }
        int at = start;
        while (at < text.length() && (isEnd(text.charAt(at)) || "\"')]}\u201D\u2019".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        return at;
    }

    private static boolean isEnd(char c) {
        return c == '.' || c == '?' || c == '!';
    }

    private static boolean ends(String text, int start, int end) {
        int lastDot = end - 1;
        while (!isEnd(text.charAt(lastDot))) {
            lastDot--;
        }
        if (text.charAt(lastDot) != '.') {
            return true;
        }
        int next = end;
        while (PythonText.isSpace(text.charAt(next))) {
            next++;
        }
        boolean small = Character.isLowerCase(text.codePointAt(next));
        if (lastDot > start) {
            return !small;
        }
        int word = start;
        while (word > 0
                && start - word < 24
                && (Character.isLetterOrDigit(text.charAt(word - 1)) || text.charAt(word - 1) == '.')) {
            word--;
        }
        String before = text.substring(word, start);
        boolean number = !before.isEmpty() && before.chars().allMatch(c -> Character.isDigit(c) || c == '.');
        boolean initial = before.length() == 1 && Character.isLetter(before.charAt(0));
        boolean acronym = !number && before.indexOf('.') >= 0;
        return !(number && small)
                && !(initial && !before.equals("I"))
                && !(acronym && small)
                && !ABBREVIATIONS.contains(PythonCase.lower(before));
    }

    /** The sentences by the rule that IFEval's own splitter documents in its code: full stops in titles, numbers, sites and initials do not count. */
    static List<String> split(String text) {
        String marked = (" " + text + "  ").replace('\n', ' ');
        marked = TITLES.matcher(marked).replaceAll("$1" + DOT);
        marked = DOMAINS.matcher(marked).replaceAll(DOT + "$1");
        marked = DECIMALS.matcher(marked).replaceAll("$1" + DOT + "$2");
        marked = ellipses(marked);
        marked = marked.replace("Ph.D.", "Ph" + DOT + "D" + DOT);
        marked = INITIAL.matcher(marked).replaceAll(" $1" + DOT + " ");
        marked = ACRONYM.matcher(marked).replaceAll("$1" + STOP + " $2");
        marked = THREE_LETTERS.matcher(marked).replaceAll("$1" + DOT + "$2" + DOT + "$3" + DOT);
        marked = TWO_LETTERS.matcher(marked).replaceAll("$1" + DOT + "$2" + DOT);
        marked = FIRM_AND_STARTER.matcher(marked).replaceAll(" $1" + STOP + " $2");
        marked = FIRM.matcher(marked).replaceAll(" $1" + DOT);
        marked = LETTER.matcher(marked).replaceAll(" $1" + DOT);
        // A quotation ends with its sentence, so the full stop moves behind the mark.
        marked = marked.replace(".\u201D", "\u201D.")
                .replace(".\"", "\".")
                .replace("!\"", "\"!")
                .replace("?\"", "\"?");
        marked = marked.replace(".", "." + STOP)
                .replace("?", "?" + STOP)
                .replace("!", "!" + STOP)
                .replace(DOT, ".");
        List<String> sentences = new ArrayList<>();
        for (String sentence : Texts.split(marked, STOP)) {
            sentences.add(PythonText.strip(sentence));
        }
        if (sentences.get(sentences.size() - 1).isEmpty()) {
            sentences.remove(sentences.size() - 1);
        }
        return sentences;
    }

    /** Two full stops or more end a sentence and belong to it. */
    private static String ellipses(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        int at = 0;
        while (at < text.length()) {
            int end = at;
            while (end < text.length() && text.charAt(end) == '.') {
                end++;
            }
            if (end - at >= 2) {
                out.append(DOT.repeat(end - at)).append(STOP);
                at = end;
            } else {
                out.append(text.charAt(at++));
            }
        }
        return out.toString();
    }
}
