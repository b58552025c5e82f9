package dev.reft.checkpoint.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Random templates with what Jinja made of them: the same text, or an error in both. */
class ComparedTemplatesTest {
    private static final double MOST_REFUSED = 0.05;

    @Test
    void rendersTheSameOrRefuses() throws Exception {
        JsonNode tree;
        try (InputStream in = getClass().getResourceAsStream("compared.json")) {
            assertNotNull(in);
            tree = JsonMapper.builder().build().readTree(in);
        }
        int equal = 0;
        int refused = 0;
        for (JsonNode one : tree.path("cases")) {
            String template = one.path("template").asString();
            JsonNode chat =
                    tree.path("conversations").path(one.path("conversation").asInt());
            if (one.has("error")) {
                assertThrows(TemplateException.class, () -> GoldenTemplatesTest.render(template, "t", chat), template);
                continue;
            }
            try {
                String text = GoldenTemplatesTest.render(template, "t", chat).text();
                assertEquals(one.path("expected").asString(), text, template);
                equal++;
            } catch (TemplateException e) {
                refused++;
            }
        }
        assertTrue(equal > 400, "equal: " + equal);
        assertTrue(refused < MOST_REFUSED * equal, "refused: " + refused + " beside " + equal);
    }
}
