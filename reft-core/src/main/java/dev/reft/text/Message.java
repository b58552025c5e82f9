package dev.reft.text;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message of a chat.
 *
 * @param role such as {@code user}, {@code assistant}, {@code system}, {@code tool}
 * @param content text, or a list of parts (maps) as chat templates take them; null as beside tool calls
 * @param fields what else the template reads, in the order it sees them: name, tool_calls, ...
 */
public record Message(String role, @Nullable Object content, Map<String, Object> fields) {
    /**
     * Copies the map of fields and keeps its order, which a template may print.
     *
     * @param role such as {@code user}
     * @param content text, parts or null
     * @param fields what else the template reads
     */
    public Message {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /**
     * A user's message.
     *
     * @param text its content
     * @return the message
     */
    public static Message user(String text) {
        return new Message("user", text, Map.of());
    }

    /**
     * An assistant's message.
     *
     * @param text its content
     * @return the message
     */
    public static Message assistant(String text) {
        return new Message("assistant", text, Map.of());
    }

    /**
     * A system message.
     *
     * @param text its content
     * @return the message
     */
    public static Message system(String text) {
        return new Message("system", text, Map.of());
    }
}
