package dev.reft.graders.openai;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message to a grading model, with templates in it.
 *
 * @param role user, assistant, system or developer
 * @param content its parts, at least one
 */
public record ModelMessage(String role, List<Part> content) {
    /** Copies the list. */
    public ModelMessage {
        content = List.copyOf(content);
    }

    /** A part of a message. The type grows; callers keep a default branch. */
    public sealed interface Part {
        /**
         * Text.
         *
         * @param text what it says
         */
        record Text(Template text) implements Part {}

        /**
         * A picture.
         *
         * @param url where it is, or a data URL
         * @param detail high, low or auto, or null
         */
        record Image(Template url, @Nullable String detail) implements Part {}

        /**
         * Sound.
         *
         * @param fields {@code data} (base64) and {@code format} as OpenAI names them, the data a template
         */
        record Audio(Map<String, Template> fields) implements Part {
            /** Copies the map. */
            public Audio {
                fields = Map.copyOf(fields);
            }
        }
    }
}
