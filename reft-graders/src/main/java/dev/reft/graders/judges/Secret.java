package dev.reft.graders.judges;

import java.util.function.Supplier;

/** A key that is fetched for each use and never shown: not by toString, not in messages that pass through {@link #redact}. */
final class Secret {
    private static final int SHORTEST = 4;

    private final Supplier<String> source;

    Secret(Supplier<String> source) {
        this.source = source;
    }

    /** The key as it is now; "" for none. */
    String value() {
        return source.get().strip();
    }

    /** A server may echo what it was sent. */
    static String redact(String text, String key) {
        return key.length() < SHORTEST ? text : text.replace(key, "[key]");
    }

    @Override
    public String toString() {
        return "[key]";
    }
}
