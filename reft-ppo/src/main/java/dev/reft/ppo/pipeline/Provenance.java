package dev.reft.ppo.pipeline;

import dev.reft.io.AtomicFiles;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Where a checkpoint or an export came from.
 *
 * @param stage the stage that made it
 * @param config what the stage was told, name to value
 * @param inputs data and what else came from outside the pipeline, name to fingerprint
 * @param parents the stages that it built on, name to fingerprint of their output
 * @param version reft's, of the process that made it
 */
public record Provenance(
        String stage,
        Map<String, String> config,
        Map<String, String> inputs,
        Map<String, String> parents,
        String version) {
    /** The file's name in a folder. */
    public static final String FILE = "provenance.json";

    private static final String MAVEN = "/META-INF/maven/dev.reft/reft-ppo/pom.properties";

    /** Copies the maps, in the order of names. */
    public Provenance {
        config = sorted(config);
        inputs = sorted(inputs);
        parents = sorted(parents);
    }

    private static Map<String, String> sorted(Map<String, String> map) {
        return Collections.unmodifiableMap(new TreeMap<>(map));
    }

    /**
     * The version of reft that runs.
     *
     * @return that of the jar, or "unpackaged" where classes do not come from one
     */
    public static String runningVersion() {
        try (InputStream in = Provenance.class.getResourceAsStream(MAVEN)) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", "unpackaged");
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + MAVEN, e);
        }
    }

    /**
     * Puts this into a folder, as {@value #FILE}.
     *
     * @param folder such as a checkpoint or an export
     * @throws UncheckedIOException if writing fails
     */
    public void writeTo(Path folder) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("stage", stage);
        fields.put("config", config);
        fields.put("inputs", inputs);
        fields.put("parents", parents);
        fields.put("version", version);
        try {
            AtomicFiles.writeText(folder.resolve(FILE), JsonLines.text(fields) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + folder.resolve(FILE), e);
        }
    }

    /**
     * Reads what {@link #writeTo} wrote.
     *
     * @param folder that holds a {@value #FILE}
     * @return the provenance
     * @throws IllegalArgumentException naming the field, if the file is damaged
     * @throws UncheckedIOException if it cannot be read
     */
    public static Provenance read(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            JsonRow row = JsonLines.parse(file.toString(), 1, Files.readString(file));
            return new Provenance(
                    row.text("stage"),
                    texts(row, "config"),
                    texts(row, "inputs"),
                    texts(row, "parents"),
                    row.text("version"));
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file, e);
        }
    }

    private static Map<String, String> texts(JsonRow row, String name) {
        Map<String, String> texts = new TreeMap<>();
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) row.typed(name, Map.class, "a map of texts")).entrySet()) {
            if (!(entry.getValue() instanceof String text)) {
                throw row.wrong(name, "must be a map of texts");
            }
            texts.put(String.valueOf(entry.getKey()), text);
        }
        return texts;
    }

    /**
     * In what another differs, the version of reft left aside: another version is told of, not a reason to do a stage again.
     *
     * @param other the other
     * @return such as "config rate: 1e-5, was 1e-6"; "" if in nothing
     */
    String difference(Provenance other) {
        String found = difference("config", config, other.config());
        found = found.isEmpty() ? difference("input", inputs, other.inputs()) : found;
        found = found.isEmpty() ? difference("parent", parents, other.parents()) : found;
        return found.isEmpty() && !stage.equals(other.stage()) ? "stage " + stage + ", was " + other.stage() : found;
    }

    private static String difference(String what, Map<String, String> now, Map<String, String> then) {
        TreeMap<String, String> all = new TreeMap<>(now);
        all.putAll(then);
        for (String name : all.keySet()) {
            String before = then.getOrDefault(name, "absent");
            String after = now.getOrDefault(name, "absent");
            if (!before.equals(after)) {
                return what + " " + name + ": " + after + ", was " + before;
            }
        }
        return "";
    }
}
