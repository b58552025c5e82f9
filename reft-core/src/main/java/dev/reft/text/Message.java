package dev.reft.text;

import java.util.Map;

/**
 * One message of a chat.
 *
 * @param role such as {@code user}, {@code assistant}, {@code system}, {@code tool}
 * @param content text, or a list of parts (maps) as chat templates take them
 * @param fields what else the template reads: name, tool_calls, ...
 */
public record Message(String role, Object content, Map<String, Object> fields) {
    /** Copies the map of fields. */
    public Message {
        fields = Map.copyOf(fields);
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
