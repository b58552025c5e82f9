package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs {@code counterparts.py}, which opens what reft wrote in transformers, PEFT and llama.cpp. The environment variable
 * {@code REFT_PYTHON} names a Python that has them ({@code transformers}, {@code peft}, {@code xllamacpp}); if {@code
 * REFT_PYTHON_OUTPUT} names a file, what the script says is added to it.
 */
final class Counterparts {
    private Counterparts() {}

    static void assumePython() {
        assumeTrue(System.getenv("REFT_PYTHON") != null, "skipped: REFT_PYTHON names no Python");
    }

    static Map<String, Object> job(String kind, Path model, Path path, List<Map<String, Object>> rows) {
        Map<String, Object> job = new TreeMap<>();
        job.put("kind", kind);
        job.put("name", String.valueOf(model.getFileName()));
        job.put("base", model.toString());
        job.put("path", path.toString());
        job.put("rows", rows);
        return job;
    }

    /** Fails if a program does not open a job's file, or computes other numbers or texts. */
    static void open(Path directory, List<Map<String, Object>> jobs) throws IOException, InterruptedException {
        String python = Objects.requireNonNull(System.getenv("REFT_PYTHON"));
        Files.writeString(directory.resolve("jobs.json"), JsonMapper.shared().writeValueAsString(jobs));
        Path script = directory.resolve("counterparts.py");
        try (InputStream source = Counterparts.class.getResourceAsStream("/counterparts.py")) {
            Files.copy(Objects.requireNonNull(source), script);
        }
        Process process = new ProcessBuilder(python, script.toString(), directory.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String results = System.getenv("REFT_PYTHON_OUTPUT");
        if (results != null) {
            Files.writeString(Path.of(results), said, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
        assertEquals(0, process.waitFor(), said);
    }
}
