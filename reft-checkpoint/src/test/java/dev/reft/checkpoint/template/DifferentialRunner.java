package dev.reft.checkpoint.template;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Renders many templates for a comparison with another implementation: reads lines of JSON with {@code template} and
 * {@code conversation}, writes lines with {@code text} or {@code error}. Not a test; run by hand.
 */
final class DifferentialRunner {
    private DifferentialRunner() {}

    public static void main(String[] arguments) throws IOException {
        JsonMapper mapper = JsonMapper.builder().build();
        try (BufferedReader in = Files.newBufferedReader(Path.of(arguments[0]));
                PrintWriter out = new PrintWriter(arguments[1], StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                JsonNode one = mapper.readTree(line);
                Map<String, @Nullable Object> result = new LinkedHashMap<>();
                long start = System.nanoTime();
                try {
                    RenderedChat chat = GoldenTemplatesTest.render(
                            one.path("template").asString(), "template", one.path("conversation"));
                    result.put("text", chat.text());
                } catch (TemplateException e) {
                    result.put("error", e.getMessage());
                } catch (RuntimeException | StackOverflowError e) {
                    result.put("crash", e.toString());
                }
                result.put("ms", (System.nanoTime() - start) / 1_000_000);
                out.println(mapper.writeValueAsString(result));
            }
        }
    }
}
