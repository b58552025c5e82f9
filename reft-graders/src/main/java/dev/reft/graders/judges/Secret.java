package dev.reft.graders.judges;

import dev.reft.graders.PythonCase;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A key that is fetched for each use and never shown: not by toString, not in what passes through {@link #redact}. One of fewer than
 * {@value #SHORT} characters is cut out where it stands as a word of its own, since every text has its letters.
 */
final class Secret {
    private static final int SHORT = 4;

    /** Parts of the names of headers that carry keys. */
    private static final List<String> KEYS = List.of("key", "auth", "token", "secret", "password", "cookie");

    private final Supplier<String> source;

    Secret(Supplier<String> source) {
        this.source = source;
    }

    /** The key as it is now; "" for none. */
    String value() {
        return source.get().strip();
    }

    /** A message without a key: a server may echo what it was sent. */
    static String redact(String text, String key) {
        return key.isEmpty() ? text : key.length() < SHORT ? words(text, key) : text.replace(key, "[key]");
    }

    /** A message without the values of any headers. */
    static String redact(String text, Map<String, String> headers) {
        String clean = text;
        for (String value : headers.values()) {
            clean = redact(clean, value);
        }
        return clean;
    }

    /** A judge's reply, of which a number stays: it is the verdict, and a short number is no secret. */
    static String redactReply(String text, String key) {
        return key.length() < SHORT && key.chars().allMatch(Character::isDigit) ? text : redact(text, key);
    }

    /**
     * A judge's reply without the values of headers; a short one goes only where its header is one for keys, since it may be the verdict's
     * word.
     */
    static String redactReply(String text, Map<String, String> headers) {
        String clean = text;
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if (header.getValue().length() >= SHORT || holdsKey(header.getKey())) {
                clean = redactReply(clean, header.getValue());
            }
        }
        return clean;
    }

    private static boolean holdsKey(String header) {
        String name = PythonCase.lower(header);
        return KEYS.stream().anyMatch(name::contains);
    }

    private static String words(String text, String key) {
        StringBuilder out = new StringBuilder(text.length());
        int from = 0;
        for (int at = text.indexOf(key); at >= 0; at = text.indexOf(key, at + 1)) {
            int end = at + key.length();
            boolean alone = at >= from
                    && (at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1)))
                    && (end == text.length() || !Character.isLetterOrDigit(text.charAt(end)));
            if (alone) {
                out.append(text, from, at).append("[key]");
                from = end;
            }
        }
        return out.append(text, from, text.length()).toString();
    }

    @Override
    public String toString() {
        return "[key]";
    }
}
