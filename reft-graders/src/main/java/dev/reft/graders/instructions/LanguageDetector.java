package dev.reft.graders.instructions;

import java.util.Optional;

/**
 * Names the language of a text; a host may plug in a library here. A pure function, called from several threads at once.
 */
@FunctionalInterface
public interface LanguageDetector {
    /**
     * Finds the language that most of a text is in.
     *
     * @param text any text
     * @return the language's ISO 639-1 code ({@code "en"}), {@code "zh-cn"} or {@code "zh-tw"} for Chinese; empty if the text has
     *     no letters
     */
    Optional<String> detect(String text);

    /**
     * The detector that comes with reft: the script decides where it can (Greek, Thai, Korean, ...), letters that only one
     * language has, and the share of each language's most frequent words. It knows the 30 languages of IFEval and some
     * neighbours. A text in Latin letters with no known word and no tell-tale letter is English.
     *
     * @return the detector
     */
    static LanguageDetector byFrequentWords() {
        return FrequentWords.DETECTOR;
    }
}
