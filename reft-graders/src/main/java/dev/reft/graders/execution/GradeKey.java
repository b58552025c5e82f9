package dev.reft.graders.execution;

import dev.reft.generation.Completion;
import dev.reft.graders.InTime;
import dev.reft.grading.Prompt;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** What a grade depends on, as a digest: the grader, the whole prompt, and the completion's text, tokens and end. */
final class GradeKey {
    private final MessageDigest digest;

    private GradeKey() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static String of(String grader, Prompt prompt, Completion completion) {
        GradeKey key = new GradeKey();
        key.text(grader);
        key.text(prompt.id());
        key.text(prompt.input().toString());
        key.text(prompt.reference());
        key.value(prompt.attributes());
        key.text(completion.text());
        key.text(completion.finish().toString());
        int[] tokens = completion.tokens();
        ByteBuffer bytes = ByteBuffer.allocate(4 * tokens.length);
        bytes.asIntBuffer().put(tokens);
        key.digest.update(bytes);
        return HexFormat.of().formatHex(key.digest.digest());
    }

    /** Lengths go before texts, so that no two lists of texts run together to the same bytes. Chars as they are: no encoding loses any. */
    private void text(String text) {
        InTime.poll(); // a row may hold much
        ByteBuffer bytes = ByteBuffer.allocate(4 + 2 * text.length());
        bytes.putInt(text.length());
        bytes.asCharBuffer().put(text);
        digest.update(bytes.rewind());
    }

    private void value(Object value) {
        if (value instanceof Map<?, ?> map) {
            TreeMap<String, Object> sorted = new TreeMap<>();
            map.forEach((name, element) -> sorted.put(String.valueOf(name), element == null ? "null" : element));
            text("map " + sorted.size());
            sorted.forEach((name, element) -> {
                text(name);
                value(element);
            });
        } else if (value instanceof Collection<?> elements) {
            text("list " + elements.size());
            elements.forEach(element -> value(element == null ? "null" : element));
        } else {
            text(value.getClass().getName());
            text(value.toString());
        }
    }
}
