package dev.reft.graders.judges;

import dev.reft.graders.PythonText;
import dev.reft.graders.json.Json;
import dev.reft.graders.json.JsonException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the JSON in a judge's reply: thinking before it, fences around it and talk beside it are left out. */
public final class ReplyJson {
    private static final int LONGEST = 200_000;
    private static final int MOST_TRIES = 200;

    private ReplyJson() {}

    /**
     * What a reply says after its thinking.
     *
     * @param reply what a model said
     * @return what follows the last {@code </think>}; "" if thinking was begun and not ended
     */
    public static String answer(String reply) {
        int end = reply.lastIndexOf("</think>");
        return end >= 0 ? reply.substring(end + "</think>".length()) : reply.contains("<think>") ? "" : reply;
    }

    /**
     * The last object in a reply that has a field.
     *
     * @param reply what a model said
     * @param field the field that it must have, whatever its value
     * @return its fields, or null if there is no such object
     */
    public static @Nullable Map<String, @Nullable Object> lastObject(String reply, String field) {
        String text = PythonText.strip(answer(reply));
        if (text.length() > LONGEST) {
            text = text.substring(text.length() - LONGEST);
        }
        Map<String, @Nullable Object> last = null;
        int tries = 0;
        for (int at = text.indexOf('{'); at >= 0 && tries < MOST_TRIES; tries++) {
            int end = objectEnd(text, at);
            Map<String, @Nullable Object> object = end < 0 ? null : parse(text.substring(at, end));
            if (object != null && object.containsKey(field)) {
                last = object;
            }
            at = text.indexOf('{', object == null ? at + 1 : end);
        }
        return last;
    }

    private static @Nullable Map<String, @Nullable Object> parse(String text) {
        try {
            return Json.object(Json.readLenient(text));
        } catch (JsonException e) {
            return null;
        }
    }

    /** After the brace that closes the one at a place, strings heeded; -1 if none does. */
    private static int objectEnd(String text, int start) {
        int depth = 0;
        boolean string = false;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (string) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    string = false;
                }
            } else if (c == '"') {
                string = true;
            } else if (c == '{') {
                depth++;
            } else if (c == '}' && --depth == 0) {
                return i + 1;
            }
        }
        return -1;
    }
}
