package dev.reft.testkit.tiny;

import dev.reft.text.Message;
import dev.reft.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One token a character of an alphabet. Token 0 is {@code <eos>}, token 1 any other character. No chat template. */
public final class CharacterTokenizer implements Tokenizer {
    /** The token that ends a completion. */
    public static final int END = 0;

    /** The token of a character outside the alphabet; it decodes to U+FFFD. */
    public static final int UNKNOWN = 1;

    private static final String END_TEXT = "<eos>";
    private final String alphabet;

    /**
     * A tokenizer.
     *
     * @param alphabet its characters, whose ids are 2, 3, ...
     */
    public CharacterTokenizer(String alphabet) {
        this.alphabet = alphabet;
    }

    @Override
    public int[] encode(String text) {
        int[] ids = new int[text.length()];
        for (int i = 0; i < ids.length; i++) {
            int at = alphabet.indexOf(text.charAt(i));
            ids[i] = at < 0 ? UNKNOWN : at + 2;
        }
        return ids;
    }

    @Override
    public int[] encodeControls(String text) {
        int[] ids = new int[text.length()];
        int count = 0;
        int from = 0;
        for (int end = text.indexOf(END_TEXT); end >= 0; end = text.indexOf(END_TEXT, from)) {
            int[] part = encode(text.substring(from, end));
            System.arraycopy(part, 0, ids, count, part.length);
            count += part.length;
            ids[count++] = END;
            from = end + END_TEXT.length();
        }
        int[] rest = encode(text.substring(from));
        System.arraycopy(rest, 0, ids, count, rest.length);
        return Arrays.copyOf(ids, count + rest.length);
    }

    @Override
    public String decode(int[] ids) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= alphabet.length() + 2) {
                throw new IllegalArgumentException(
                        "token " + i + " is " + ids[i] + ", outside the vocabulary of " + (alphabet.length() + 2));
            }
            if (ids[i] == END) {
                text.append(END_TEXT);
            } else {
                text.append(ids[i] == UNKNOWN ? '\uFFFD' : alphabet.charAt(ids[i] - 2));
            }
        }
        return text.toString();
    }

    @Override
    public Set<Integer> endIds() {
        return Set.of(END);
    }

    @Override
    public int[] render(List<Message> chat, boolean openAnswer, Map<String, Object> variables) {
        throw new IllegalStateException("the tiny model has no chat template; give text prompts");
    }
}
