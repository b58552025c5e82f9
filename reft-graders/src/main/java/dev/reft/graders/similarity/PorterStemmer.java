package dev.reft.graders.similarity;

import dev.reft.graders.PythonCase;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Porter's stemmer (Porter 1980) with the changes that nltk makes by default: irregular words, y after a vowel is kept, and some more
 * suffixes. METEOR and ROUGE are published on these stems; the original algorithm gives others ("enjoi" for enjoy).
 */
public final class PorterStemmer {
    private static final Map<String, String> IRREGULAR = Map.ofEntries(
            Map.entry("sky", "sky"),
            Map.entry("skies", "sky"),
            Map.entry("dying", "die"),
            Map.entry("lying", "lie"),
            Map.entry("tying", "tie"),
            Map.entry("news", "news"),
            Map.entry("innings", "inning"),
            Map.entry("inning", "inning"),
            Map.entry("outings", "outing"),
            Map.entry("outing", "outing"),
            Map.entry("cannings", "canning"),
            Map.entry("canning", "canning"),
            Map.entry("howe", "howe"),
            Map.entry("proceed", "proceed"),
            Map.entry("exceed", "exceed"),
            Map.entry("succeed", "succeed"));

    private static final List<Rule> SECOND = List.of(
            new Rule("ational", "ate"),
            new Rule("tional", "tion"),
            new Rule("enci", "ence"),
            new Rule("anci", "ance"),
            new Rule("izer", "ize"),
            new Rule("bli", "ble"),
            new Rule("alli", "al"),
            new Rule("entli", "ent"),
            new Rule("eli", "e"),
            new Rule("ousli", "ous"),
            new Rule("ization", "ize"),
            new Rule("ation", "ate"),
            new Rule("ator", "ate"),
            new Rule("alism", "al"),
            new Rule("iveness", "ive"),
            new Rule("fulness", "ful"),
            new Rule("ousness", "ous"),
            new Rule("aliti", "al"),
            new Rule("iviti", "ive"),
            new Rule("biliti", "ble"),
            new Rule("fulli", "ful"));

    private static final List<Rule> THIRD = List.of(
            new Rule("icate", "ic"),
            new Rule("ative", ""),
            new Rule("alize", "al"),
            new Rule("iciti", "ic"),
            new Rule("ical", "ic"),
            new Rule("ful", ""),
            new Rule("ness", ""));

    private static final List<String> FOURTH = List.of(
            "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate",
            "iti", "ous", "ive", "ize");

    private PorterStemmer() {}

    private record Rule(String suffix, String replacement) {}

    /**
     * The stem of an English word.
     *
     * @param word any text
     * @return its stem, in lower case
     */
    public static String stem(String word) {
        String lower = PythonCase.lower(word);
        String irregular = IRREGULAR.get(lower);
        if (irregular != null) {
            return irregular;
        }
        if (word.codePointCount(0, word.length()) <= 2) {
            return lower;
        }
        String stem = yToI(pastAndGerund(plural(lower)));
        return doubleL(finalE(fourth(third(second(stem)))));
    }

    private static String plural(String word) {
        if (word.endsWith("ies") && length(word) == 4) {
            return cut(word, 1);
        }
        if (word.endsWith("sses") || word.endsWith("ies")) {
            return cut(word, 2);
        }
        return word.endsWith("ss") || !word.endsWith("s") ? word : cut(word, 1);
    }

    private static String pastAndGerund(String word) {
        if (word.endsWith("ied")) {
            return cut(word, length(word) == 4 ? 1 : 2);
        }
        if (word.endsWith("eed")) {
            return measure(cut(word, 3)) > 0 ? cut(word, 1) : word;
        }
        for (String suffix : List.of("ed", "ing")) {
            String stem = word.endsWith(suffix) ? cut(word, suffix.length()) : "";
            if (hasVowel(stem)) {
                return mended(stem);
            }
        }
        return word;
    }

    /** What is left after -ed or -ing, with its e put back or its doubled consonant undone. */
    private static String mended(String stem) {
        if (stem.endsWith("at") || stem.endsWith("bl") || stem.endsWith("iz")) {
            return stem + "e";
        }
        if (endsDouble(stem)) {
            return "lsz".indexOf(stem.charAt(stem.length() - 1)) >= 0 ? stem : cut(stem, 1);
        }
        return measure(stem) == 1 && endsShort(stem) ? stem + "e" : stem;
    }

    private static String yToI(String word) {
        if (!word.endsWith("y")) {
            return word;
        }
        String stem = cut(word, 1);
        return length(stem) > 1 && isConsonant(stem, stem.length() - 1) ? stem + "i" : word;
    }

    private static String second(String word) {
        if (word.endsWith("alli") && measure(cut(word, 4)) > 0) {
            return second(cut(word, 2));
        }
        String out = replaced(word, SECOND);
        if (out == null && word.endsWith("logi")) {
            return measure(cut(word, 3)) > 0 ? cut(word, 1) : word;
        }
        return out == null ? word : out;
    }

    private static String third(String word) {
        String out = replaced(word, THIRD);
        return out == null ? word : out;
    }

    /** The first rule whose suffix the word has decides, even if it then leaves the word alone; null if none has. */
    private static @Nullable String replaced(String word, List<Rule> rules) {
        for (Rule rule : rules) {
            if (word.endsWith(rule.suffix)) {
                String stem = cut(word, rule.suffix.length());
                return measure(stem) > 0 ? stem + rule.replacement : word;
            }
        }
        return null;
    }

    private static String fourth(String word) {
        for (String suffix : FOURTH) {
            if (word.endsWith(suffix)) {
                String stem = cut(word, suffix.length());
                boolean fits = !suffix.equals("ion") || stem.endsWith("s") || stem.endsWith("t");
                return fits && measure(stem) > 1 ? stem : word;
            }
        }
        return word;
    }

    private static String finalE(String word) {
        if (!word.endsWith("e")) {
            return word;
        }
        String stem = cut(word, 1);
        int measure = measure(stem);
        return measure > 1 || (measure == 1 && !endsShort(stem)) ? stem : word;
    }

    private static String doubleL(String word) {
        return word.endsWith("ll") && measure(cut(word, 1)) > 1 ? cut(word, 1) : word;
    }

    private static String cut(String word, int characters) {
        return word.substring(0, word.length() - characters);
    }

    private static int length(String word) {
        return word.codePointCount(0, word.length());
    }

    /** Porter's m: how often a consonant follows a vowel. */
    private static int measure(String stem) {
        int count = 0;
        boolean before = true;
        for (int i = 0; i < stem.length(); i++) {
            boolean consonant = consonant(stem.charAt(i), i == 0, before);
            count += consonant && !before ? 1 : 0;
            before = consonant;
        }
        return count;
    }

    private static boolean hasVowel(String stem) {
        boolean before = true;
        for (int i = 0; i < stem.length(); i++) {
            before = consonant(stem.charAt(i), i == 0, before);
            if (!before) {
                return true;
            }
        }
        return false;
    }

    private static boolean isConsonant(String word, int index) {
        int start = index;
        // Only a run of y's makes a letter's kind depend on those before it.
        while (start > 0 && word.charAt(start) == 'y') {
            start--;
        }
        boolean consonant = true;
        for (int i = start; i <= index; i++) {
            consonant = consonant(word.charAt(i), i == 0, consonant);
        }
        return consonant;
    }

    private static boolean consonant(char letter, boolean first, boolean consonantBefore) {
        return letter == 'y' ? first || !consonantBefore : "aeiou".indexOf(letter) < 0;
    }

    private static boolean endsDouble(String word) {
        int end = word.length() - 1;
        return end >= 1 && word.charAt(end) == word.charAt(end - 1) && isConsonant(word, end);
    }

    /** Porter's *o: consonant, vowel, consonant other than w, x, y; in nltk also vowel and consonant alone. */
    private static boolean endsShort(String word) {
        int end = word.length() - 1;
        if (word.length() == 2) {
            return !isConsonant(word, 0) && isConsonant(word, 1);
        }
        return end >= 2
                && isConsonant(word, end - 2)
                && !isConsonant(word, end - 1)
                && isConsonant(word, end)
                && "wxy".indexOf(word.charAt(end)) < 0;
    }
}
