package dev.reft.graders.similarity;

import dev.reft.graders.PythonCase;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import net.sf.extjwnl.JWNLException;
import net.sf.extjwnl.data.Exc;
import net.sf.extjwnl.data.IndexWord;
import net.sf.extjwnl.data.POS;
import net.sf.extjwnl.data.Synset;
import net.sf.extjwnl.data.Word;
import net.sf.extjwnl.dictionary.Dictionary;

/**
 * Synonyms from WordNet 3.0 as nltk finds them: the single words of all synsets of a word's base forms. Needs
 * {@code net.sf.extjwnl:extjwnl} and {@code net.sf.extjwnl:extjwnl-data-wn30}, which are optional dependencies.
 */
public final class WordNetSynonyms implements SynonymSource {
    private static final int LONGEST = 100;

    /** WordNet's rules of detachment (morphy): what an ending may stand for. */
    private static final Map<POS, String[][]> ENDINGS = Map.of(
            POS.NOUN,
                    new String[][] {
                        {"s", ""},
                        {"ses", "s"},
                        {"ves", "f"},
                        {"xes", "x"},
                        {"zes", "z"},
                        {"ches", "ch"},
                        {"shes", "sh"},
                        {"men", "man"},
                        {"ies", "y"}
                    },
            POS.VERB,
                    new String[][] {
                        {"s", ""},
                        {"ies", "y"},
                        {"es", "e"},
                        {"es", ""},
                        {"ed", "e"},
                        {"ed", ""},
                        {"ing", "e"},
                        {"ing", ""}
                    },
            POS.ADJECTIVE, new String[][] {{"er", ""}, {"est", ""}, {"er", "e"}, {"est", "e"}},
            POS.ADVERB, new String[][] {});

    private final Dictionary dictionary;
    private final Map<String, Set<String>> known = new ConcurrentHashMap<>();

    private WordNetSynonyms(Dictionary dictionary) {
        this.dictionary = dictionary;
    }

    /**
     * Opens the dictionary that lies on the class path.
     *
     * @return the source
     * @throws IllegalStateException if the optional dependencies are missing or unreadable
     */
    public static WordNetSynonyms load() {
        try {
            return new WordNetSynonyms(Dictionary.getDefaultResourceInstance());
        } catch (JWNLException | NoClassDefFoundError e) {
            throw new IllegalStateException(
                    "no WordNet: add net.sf.extjwnl:extjwnl and net.sf.extjwnl:extjwnl-data-wn30", e);
        }
    }

    @Override
    public Set<String> synonyms(String word) {
        if (word.length() > LONGEST || word.isBlank()) {
            return Set.of();
        }
        Set<String> found = known.get(word);
        if (found == null) {
            found = look(PythonCase.lower(word));
            // Words of candidates are without end; the vocabulary of a run is not.
            if (known.size() < 50_000) {
                known.put(word, found);
            }
        }
        return found;
    }

    private Set<String> look(String word) {
        Set<String> out = new HashSet<>();
        try {
            synchronized (dictionary) {
                for (POS pos : POS.values()) {
                    for (IndexWord base : bases(pos, word)) {
                        for (Synset synset : base.getSenses()) {
                            for (Word lemma : synset.getWords()) {
                                String name = lemma.getLemma();
                                if (name.indexOf(' ') < 0 && name.indexOf('_') < 0) {
                                    out.add(name);
                                }
                            }
                        }
                    }
                }
            }
        } catch (JWNLException e) {
            throw new IllegalStateException("WordNet does not read '" + word + "'", e);
        }
        return Set.copyOf(out);
    }

    /** nltk's morphy: the word itself, and what the exceptions say of it, or else what it is with an ending detached. */
    private List<IndexWord> bases(POS pos, String word) throws JWNLException {
        Set<String> forms = new LinkedHashSet<>(List.of(word));
        Exc exception = dictionary.getException(pos, word);
        if (exception != null) {
            forms.addAll(exception.getExceptions());
        } else {
            for (String[] ending : ENDINGS.getOrDefault(pos, new String[][] {})) {
                if (word.endsWith(ending[0])) {
                    forms.add(word.substring(0, word.length() - ending[0].length()) + ending[1]);
                }
            }
        }
        return indexed(pos, forms);
    }

    private List<IndexWord> indexed(POS pos, Set<String> forms) throws JWNLException {
        List<IndexWord> out = new ArrayList<>();
        for (String form : forms) {
            IndexWord word = form.isBlank() ? null : dictionary.getIndexWord(pos, form.replace('_', ' '));
            if (word != null) {
                out.add(word);
            }
        }
        return out;
    }
}
