package dev.reft.text;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns text into token ids and back; thread-safe. Token ids are the truth, text is for graders and people: decoded text
 * is never tokenised again.
 */
public interface Tokenizer {
    /**
     * Encodes text in which special tokens are text like any other, so no user message can end a turn. Adds no BOS.
     *
     * @param text any text
     * @return token ids, empty for empty text
     */
    int[] encode(String text);

    /**
     * Encodes text in which special tokens stand for themselves, as templates need it. Adds no BOS.
     *
     * @param text trusted text
     * @return token ids
     */
    int[] encodeControls(String text);

    /**
     * Decodes token ids, special tokens included as their text.
     *
     * @param ids token ids
     * @return the text; bytes that are no UTF-8 become U+FFFD
     * @throws IllegalArgumentException if an id is outside the vocabulary
     */
    String decode(int[] ids);

    /**
     * The tokens that end a completion.
     *
     * @return ids, possibly several, possibly none
     */
    Set<Integer> endIds();

    /**
     * Token ids of a plain text prompt: as {@link #encode}, with a BOS before it where the tokenizer's own
     * post-processor says so.
     *
     * @param text the prompt
     * @return token ids
     */
    default int[] encodePrompt(String text) {
        return encode(text);
    }

    /**
     * Renders a chat by the model's template and encodes it; the messages' contents cannot inject special tokens.
     *
     * @param chat the messages
     * @param openAnswer whether the assistant's turn is opened at the end
     * @param variables for the template: tools, enable_thinking, date_string, ...
     * @return token ids
     * @throws IllegalStateException if the model has no chat template
     * @throws IllegalArgumentException if the template refuses the chat, or is outside the language; the message names
     *     the line
     */
    int[] render(List<Message> chat, boolean openAnswer, Map<String, Object> variables);
}
