package dev.reft.text;

import java.util.Arrays;

/**
 * Turns a growing completion into text, token by token, each token decoded a bounded number of times.
 *
 * <p>A token may end inside a character, and some tokenizers drop the space before a text's first word, so single tokens
 * cannot be decoded alone. Here a small window is decoded with and without what is new, and the difference is the new
 * text; it is held back while it may still change. What a completion reads is what {@link #text()} says after
 * {@link #finish()}; without a prompt of odd bytes that is the decoded prompt and completion less the decoded prompt.
 * Not thread-safe.
 */
public final class StreamDecoder {
    /** Tokens of the prompt that go before the completion in the first window. */
    private static final int CONTEXT = 8;

    /** Tokens that are held back at most: no character is longer, so what is still odd then stays odd. */
    private static final int HELD = 32;

    private static final char REPLACEMENT = '\uFFFD';

    private final Tokenizer tokenizer;
    private final StringBuilder text = new StringBuilder();
    private int[] window;
    private int size;
    private int settled;
    private String settledText;

    /**
     * Starts behind a prompt.
     *
     * @param tokenizer that decodes
     * @param prompt ids before the completion; only the last few are looked at
     */
    public StreamDecoder(Tokenizer tokenizer, int[] prompt) {
        this.tokenizer = tokenizer;
        int from = Math.max(0, prompt.length - CONTEXT);
        String decoded = tokenizer.decode(Arrays.copyOfRange(prompt, from, prompt.length));
        // A window that begins inside a character would spoil the bytes behind it.
        while (from > 0 && prompt.length - from < HELD && !decoded.isEmpty() && decoded.charAt(0) == REPLACEMENT) {
            from--;
            decoded = tokenizer.decode(Arrays.copyOfRange(prompt, from, prompt.length));
        }
        this.window = Arrays.copyOfRange(prompt, from, prompt.length + HELD);
        this.size = prompt.length - from;
        this.settled = size;
        this.settledText = decoded;
    }

    /**
     * Takes the next token of the completion. The token that ends a completion is not part of its text: do not add it.
     *
     * @param token its id
     * @return the text that became certain, empty while a character is incomplete
     */
    public String add(int token) {
        if (size == window.length) {
            window = Arrays.copyOf(window, size + HELD);
        }
        window[size++] = token;
        String decoded = tokenizer.decode(Arrays.copyOf(window, size));
        boolean open = decoded.length() <= settledText.length() || decoded.charAt(decoded.length() - 1) == REPLACEMENT;
        return open && size - settled < HELD ? "" : settle(decoded);
    }

    /**
     * The completion's text so far, without what is held back.
     *
     * @return text that no later token changes
     */
    public String text() {
        return text.toString();
    }

    /**
     * Ends the completion: what was held back is certain now, an incomplete character being U+FFFD.
     *
     * @return the rest, often empty
     */
    public String finish() {
        return size == settled ? "" : settle(tokenizer.decode(Arrays.copyOf(window, size)));
    }

    private String settle(String decoded) {
        String fresh = decoded.substring(commonStart(decoded));
        text.append(fresh);
        window = Arrays.copyOfRange(window, settled, size + HELD);
        size -= settled;
        settled = size;
        settledText = tokenizer.decode(Arrays.copyOf(window, size));
        return fresh;
    }

    /** Where the new text begins; the old one may have lost an odd byte at its end that is part of a character now. */
    private int commonStart(String decoded) {
        int end = Math.min(decoded.length(), settledText.length());
        int same = 0;
        while (same < end && decoded.charAt(same) == settledText.charAt(same)) {
            same++;
        }
        return same;
    }
}
