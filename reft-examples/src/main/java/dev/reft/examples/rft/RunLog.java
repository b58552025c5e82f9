package dev.reft.examples.rft;

import dev.reft.graders.json.Json;
import dev.reft.io.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * A JSONL file that a run adds to, of which a killed run's last words may be cut: what a resumed run will do again is taken out when
 * it goes on, so that no row is there twice.
 */
final class RunLog {
    private final Path file;

    RunLog(Path file) {
        this.file = file;
    }

    /** Keeps some rows; a row that a kill left in part is dropped. */
    void keep(Predicate<Map<String, Object>> wanted) {
        StringBuilder kept = new StringBuilder();
        rows().stream()
                .filter(wanted)
                .forEach(row -> kept.append(Json.write(row)).append('\n'));
        try {
            AtomicFiles.writeText(file.toAbsolutePath(), kept.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + file, e);
        }
    }

    void add(Map<String, ?> row) {
        try {
            Files.writeString(
                    file,
                    Json.write(row) + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + file, e);
        }
    }

    /** All whole rows. */
    List<Map<String, Object>> rows() {
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        List<Map<String, Object>> rows = new ArrayList<>();
        try {
            String text = Files.readString(file);
            // Only the last line can be cut, and then it has no end.
            String whole = text.substring(0, text.lastIndexOf('\n') + 1);
            whole.lines().filter(line -> !line.isBlank()).forEach(line -> rows.add(row(line)));
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file, e);
        }
        return rows;
    }

    private static Map<String, Object> row(String line) {
        Map<String, Object> row = new LinkedHashMap<>();
        Json.readObject(line).forEach((name, value) -> {
            if (value != null) {
                row.put(name, value);
            }
        });
        return row;
    }

    /** A number of a row; NaN if it is not there. */
    static double number(Map<String, Object> row, String name) {
        return row.get(name) instanceof Number number ? number.doubleValue() : Double.NaN;
    }
}
