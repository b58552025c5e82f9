package dev.reft.graders.instructions;

import dev.reft.graders.similarity.WordTokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Words as the Penn Treebank counts them, by the rules of NLTK's {@code word_tokenize}: punctuation apart, {@code don't} is
 * {@code do n't}. Only a text's last full stop, and one at a sentence's end, stands apart from its word.
 */
final class Treebank {
    private Treebank() {}

    /** The words of a text, which is cut into sentences first. */
    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        for (String sentence : Sentences.cut(text)) {
            words.addAll(WordTokenizer.treebank(sentence));
        }
        return words;
    }
}
