package dev.reft.graders.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.reft.graders.Golden;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

class TemplateGoldenTest {
    @TestFactory
    Stream<DynamicTest> templates() throws IOException {
        JsonNode context = context();
        return Golden.tests("openai_templates", c -> {
            Map<String, Object> sample = document(c.get("sample"), context.get("sample"));
            Map<String, Object> item = document(c.get("item"), context.get("item"));
            String source = c.get("template").asString();
            JsonNode expected = c.get("expected");
            String error = expected.path("error").asString("");
            if (error.equals(Issue.INVALID_GRADER)) {
                assertThrows(IllegalArgumentException.class, () -> Template.of(source));
            } else if (!error.isEmpty()) {
                Template template = Template.of(source);
                FlaggedException thrown = assertThrows(FlaggedException.class, () -> template.render(sample, item));
                assertEquals(error, thrown.flag().key());
            } else {
                assertEquals(expected.asString(), Template.of(source).render(sample, item));
            }
        });
    }

    private static Map<String, Object> document(JsonNode given, JsonNode shared) {
        return Plain.object(given.isString() ? shared : given);
    }

    /** The shared documents; the same in every file of the family. */
    private static JsonNode context() throws IOException {
        Path folder = Golden.shared().resolve("golden/graders");
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "openai_templates.*.json")) {
            // As text: numbers must stay as they are written.
            return Golden.JSON
                    .reader()
                    .with(tools.jackson.databind.DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .readTree(Files.readString(files.iterator().next()))
                    .get("how_to_evaluate")
                    .get("context");
        }
    }
}
