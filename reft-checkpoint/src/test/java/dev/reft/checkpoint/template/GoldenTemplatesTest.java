package dev.reft.checkpoint.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.checkpoint.tokenizer.Shared;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

class GoldenTemplatesTest {
    static RenderedChat render(String template, String name, JsonNode conversation) {
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        variables.put("tools", null);
        variables.put("documents", null);
        variables.put("bos_token", new ChatTemplate.Trusted("<s>"));
        variables.put("eos_token", new ChatTemplate.Trusted("</s>"));
        variables.putAll(Trees.map(conversation));
        return ChatTemplate.parse(template, name).render(variables);
    }

    @TestFactory
    List<DynamicTest> cases() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : Shared.files("golden/templates", "cases.*.json")) {
            JsonNode tree = Shared.json(file);
            for (JsonNode one : tree.path("cases")) {
                String name = one.path("template").asString();
                String conversation = one.path("conversation").asString();
                JsonNode chat = tree.path("conversations").path(conversation);
                String template = tree.path("templates").path(name).asString();
                tests.add(DynamicTest.dynamicTest(
                        file.getFileName() + " " + name + " " + conversation,
                        () -> assertTimeoutPreemptively(
                                Duration.ofSeconds(2), () -> check(one, name, template, chat))));
            }
        }
        return tests;
    }

    private static void check(JsonNode one, String name, String template, JsonNode chat) {
        if (one.has("expected")) {
            assertEquals(
                    one.path("expected").asString(),
                    render(template, name, chat).text());
            return;
        }
        TemplateException e = assertThrows(TemplateException.class, () -> render(template, name, chat));
        assertTrue(e.getMessage().startsWith(name + ", line " + e.line()), e.getMessage());
        String error = one.path("error").asString("");
        if (error.startsWith("TemplateError: ")) {
            assertTrue(e.getMessage().endsWith(error.substring(15)), e.getMessage());
        }
    }

    @Test
    void thereAreCases() {
        assertTrue(cases().size() >= 90);
    }
}
