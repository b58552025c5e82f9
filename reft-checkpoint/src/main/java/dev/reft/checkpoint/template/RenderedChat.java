package dev.reft.checkpoint.template;

import java.util.List;

/**
 * What a template made of a chat, and which parts of it the template's author did not write.
 *
 * @param text the prompt's text
 * @param untrusted the characters (UTF-16) that come from messages, tools or other variables; ascending and apart
 * @param generated the characters that stand in the template's {@code generation} blocks: what the assistant wrote
 * @param generatedElsewhere whether such a block was rendered inside a macro or a captured block, so that its place in the
 *     text is not among {@code generated}
 */
public record RenderedChat(String text, List<Span> untrusted, List<Span> generated, boolean generatedElsewhere) {
    /**
     * A range of characters.
     *
     * @param start its first
     * @param end the one behind its last
     */
    public record Span(int start, int end) {
        /**
         * Whether another range shares a character with this one.
         *
         * @param from the other's first
         * @param to the one behind the other's last
         * @return whether they overlap
         */
        public boolean overlaps(int from, int to) {
            return start < to && end > from;
        }
    }

    /**
     * Copies the lists.
     *
     * @param text the prompt's text
     * @param untrusted what comes from the chat
     * @param generated what the assistant wrote
     * @param generatedElsewhere whether the assistant wrote more, at places unknown
     */
    public RenderedChat {
        untrusted = List.copyOf(untrusted);
        generated = List.copyOf(generated);
    }
}
