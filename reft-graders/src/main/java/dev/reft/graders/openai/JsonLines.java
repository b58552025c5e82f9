package dev.reft.graders.openai;

import dev.reft.graders.json.Json;
import dev.reft.graders.json.JsonException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads files of one JSON object a line. A byte order mark and blank lines are skipped; an error names file and row. */
public final class JsonLines {
    private JsonLines() {}

    /**
     * A row of a file.
     *
     * @param file where it stands
     * @param number its line, from 1
     * @param fields its object
     */
    public record Row(Path file, int number, Map<String, @Nullable Object> fields) {
        /**
         * A complaint about a field.
         *
         * @param field which
         * @param message what is wrong, with the value
         * @return to be thrown
         */
        public IllegalArgumentException error(String field, String message) {
            return new IllegalArgumentException(file + ", row " + number + ", field " + field + ": " + message);
        }
    }

    /**
     * Reads a whole file.
     *
     * @param file UTF-8
     * @return its rows
     * @throws IllegalArgumentException if a row is no JSON object, or the file is not UTF-8
     * @throws UncheckedIOException if the file cannot be read
     */
    public static List<Row> read(Path file) {
        List<Row> rows = new ArrayList<>();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Files.newInputStream(file),
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)))) {
            int number = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                String text = number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line;
                if (!text.isBlank()) {
                    rows.add(new Row(file, number, object(file, number, text)));
                }
            }
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(file + ": is not UTF-8, after row " + rows.size(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        return rows;
    }

    private static Map<String, @Nullable Object> object(Path file, int number, String text) {
        try {
            return Json.readObject(text);
        } catch (JsonException e) {
            throw new IllegalArgumentException(file + ", row " + number + ": " + e.getMessage(), e);
        }
    }
}
