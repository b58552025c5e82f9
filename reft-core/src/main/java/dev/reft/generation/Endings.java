package dev.reft.generation;

import dev.reft.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What ends a completion of a model before its length does, end tokens and stop texts; for those who write providers. */
public final class Endings {
    /** Tokens beyond a stop's bytes that are decoded with it: a character may begin in one and end three later. */
    private static final int MARGIN = 8;

    private final Set<Integer> ends;
    private final Optional<Tokenizer> tokenizer;

    /**
     * The endings of a model.
     *
     * @param ends token ids, possibly none
     * @param tokenizer empty if the model has none: texts are empty then
     */
    public Endings(Collection<Integer> ends, Optional<Tokenizer> tokenizer) {
        this.ends = Set.copyOf(ends);
        this.tokenizer = tokenizer;
    }

    /**
     * Whether a token ends a completion.
     *
     * @param token its id
     * @return true for an end token
     */
    public boolean ends(int token) {
        return ends.contains(token);
    }

    /**
     * Whether stop texts can be found.
     *
     * @return true with a tokenizer
     */
    public boolean readsText() {
        return tokenizer.isPresent();
    }

    /**
     * The text of a completion.
     *
     * @param tokens its tokens, without an end token
     * @return the decoded text; empty without a tokenizer
     */
    public String text(int[] tokens) {
        return tokenizer.map(t -> t.decode(tokens)).orElse("");
    }

    /**
     * The text before the first stop in it. To be asked after each token: the whole text is decoded only if its end, where
     * alone something can be new, holds a stop. Each token stands for at least one byte, so as many tokens as the longest
     * stop has bytes reach back far enough, and some more make good a character that the cut went through.
     *
     * @param tokens of the completion so far
     * @param stops texts that end it, none of them empty
     * @return empty if the text holds no stop
     */
    public Optional<String> beforeStop(int[] tokens, List<String> stops) {
        int reach = MARGIN;
        for (String stop : stops) {
            reach = Math.max(reach, stop.getBytes(StandardCharsets.UTF_8).length + MARGIN);
        }
        if (tokens.length > reach) {
            String end = text(Arrays.copyOfRange(tokens, tokens.length - reach, tokens.length));
            if (first(end, stops) < 0) {
                return Optional.empty();
            }
        }
        String all = text(tokens);
        int at = first(all, stops);
        return at < 0 ? Optional.empty() : Optional.of(all.substring(0, at));
    }

    private static int first(String text, List<String> stops) {
        int first = -1;
        for (String stop : stops) {
            int at = text.indexOf(stop);
            if (at >= 0 && (first < 0 || at < first)) {
                first = at;
            }
        }
        return first;
    }
}
