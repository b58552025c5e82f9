package dev.reft.ppo.data;

import dev.reft.io.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Files of one JSON object a line, written whole or not at all, and read with the row and the field named in every error. */
public final class JsonLines {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonLines() {}

    /**
     * Writes a file in place of the one that may be there; a reader or a killed process sees the old content or the new one.
     *
     * @param file its folder is made if absent
     * @param lines names to numbers, text, truth values, nulls, lists and maps. Numbers that are not finite become text
     * @throws UncheckedIOException if writing fails
     */
    public static void write(Path file, List<? extends Map<String, ?>> lines) {
        try {
            Path parent = file.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            AtomicFiles.writeFile(file, channel -> {
                for (Map<String, ?> line : lines) {
                    byte[] bytes = (text(line) + "\n").getBytes(StandardCharsets.UTF_8);
                    AtomicFiles.writeFully(channel, ByteBuffer.wrap(bytes));
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + file, e);
        }
    }

    /**
     * One value as JSON on one line. A surrogate without its partner, which no UTF-8 file can hold, is escaped, so that any
     * text of a model comes back as it was.
     *
     * @param value a number, text, truth value, list or map
     * @return the JSON
     */
    public static String text(Object value) {
        String json = JSON.writeValueAsString(value);
        StringBuilder safe = new StringBuilder(json.length());
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < json.length() && Character.isLowSurrogate(json.charAt(i + 1))) {
                safe.append(c).append(json.charAt(++i));
            } else if (Character.isSurrogate(c)) {
                safe.append(String.format("\\u%04x", (int) c));
            } else {
                safe.append(c);
            }
        }
        return safe.toString();
    }

    /**
     * Reads a file.
     *
     * @param file in UTF-8; blank lines are skipped
     * @return its rows, in order
     * @throws IllegalArgumentException naming the file and the row that is no JSON object
     * @throws UncheckedIOException if reading fails
     */
    public static List<JsonRow> read(Path file) {
        List<JsonRow> rows = new ArrayList<>();
        List<String> lines = lines(file);
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                rows.add(parse(String.valueOf(file.getFileName()), i + 1, lines.get(i)));
            }
        }
        return rows;
    }

    /**
     * The lines of a file, only line feeds ending one: text in JSON may hold other separators.
     *
     * @param file in UTF-8
     * @return the lines without their ends
     * @throws IllegalArgumentException if the file is not UTF-8
     * @throws UncheckedIOException if reading fails
     */
    public static List<String> lines(Path file) {
        try {
            String all = Files.readString(file);
            return List.of((all.startsWith("\uFEFF") ? all.substring(1) : all).split("\n", -1));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(file + " is not UTF-8", e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file, e);
        }
    }

    /**
     * Reads one line.
     *
     * @param file the file's name, for messages
     * @param row the line's number, from 1, for messages
     * @param line the JSON
     * @return the row
     * @throws IllegalArgumentException naming the file and the row, if it is no JSON object
     */
    public static JsonRow parse(String file, int row, String line) {
        try {
            Map<String, Object> fields = new LinkedHashMap<>();
            if (!(JSON.readValue(line, Object.class) instanceof Map<?, ?> map)) {
                throw new IllegalArgumentException(
                        file + ", row " + row + " is no JSON object: " + JsonRow.shown(line));
            }
            map.forEach((name, value) -> {
                if (value != null) {
                    fields.put(String.valueOf(name), value);
                }
            });
            return new JsonRow(file, row, fields);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(file + ", row " + row + " is no JSON: " + e.getOriginalMessage(), e);
        }
    }
}
