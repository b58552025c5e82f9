package dev.reft.graders.similarity;

import java.util.Set;

/** Where METEOR finds synonyms; called from several threads at once. {@link WordNetSynonyms} is one. */
@FunctionalInterface
public interface SynonymSource {
    /** No synonyms: METEOR matches words and stems only. */
    SynonymSource NONE = word -> Set.of();

    /**
     * The synonyms of a word.
     *
     * @param word in lower case; METEOR, as published, asks for stems
     * @return single words; the word itself may be among them or not
     */
    Set<String> synonyms(String word);
}
