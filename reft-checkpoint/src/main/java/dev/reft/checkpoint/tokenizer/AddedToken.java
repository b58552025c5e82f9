package dev.reft.checkpoint.tokenizer;

import java.util.Set;

/**
 * A token that is found in the text before the tokenizer's own model sees it.
 *
 * @param id token id
 * @param content its text
 * @param special whether the file calls it special
 */
record AddedToken(int id, String content, boolean special) {
    /**
     * Whether text that people write must not become this token: it is special, or ends a completion, or is written as a
     * marker. (Several published tokenizers leave their turn markers, such as {@code <|user|>}, without the flag.)
     */
    boolean control(Set<Integer> endIds) {
        return special || endIds.contains(id) || marker('|') || marker('\uFF5C');
    }

    private boolean marker(char bar) {
        int last = content.length() - 1;
        return last > 3
                && content.charAt(0) == '<'
                && content.charAt(1) == bar
                && content.charAt(last - 1) == bar
                && content.charAt(last) == '>';
    }
}
