package dev.reft.graders.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import dev.reft.text.Message;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RftJobTest {
    private static final RftPlan HOST = new RftPlan(32, 8, 2, 1e-6, 10, 1, "");
    private static final String GRADER = "{\"type\":\"string_check\",\"name\":\"g\",\"operation\":\"eq\","
            + "\"input\":\"{{sample.output_json.a}}\",\"reference\":\"{{item.reference_answer}}\"}";

    @TempDir
    private Path folder;

    private static String job(String hyperparameters, String more) {
        return "{\"model\":\"o4-mini\",\"training_file\":\"file-1\",\"validation_file\":\"file-2\",\"seed\":7,\"suffix\":\"x\","
                + "\"method\":{\"type\":\"reinforcement\",\"reinforcement\":{\"grader\":" + GRADER
                + ",\"hyperparameters\":" + hyperparameters + more + "}}}";
    }

    @Test
    void everySettingIsMappedOrNamed() {
        RftJob job = RftJob.read(job(
                "{\"batch_size\":16,\"learning_rate_multiplier\":0.5,\"n_epochs\":3,\"reasoning_effort\":\"low\","
                        + "\"compute_multiplier\":1.5,\"eval_interval\":5,\"eval_samples\":4,\"beta\":0.1}",
                ",\"tools\":[],\"max_episode_steps\":3"));
        assertEquals(new RftPlan(16, 12, 3, 5e-7, 5, 4, "low"), job.plan(HOST));
        assertEquals(7L, job.seed());
        assertEquals("file-2", job.validationFile());
        Map<RftSetting.Use, Long> uses = job.settings().stream()
                .collect(java.util.stream.Collectors.groupingBy(
                        RftSetting::use, java.util.stream.Collectors.counting()));
        assertEquals(Map.of(RftSetting.Use.MAPPED, 7L, RftSetting.Use.IGNORED, 4L), uses);
        assertEquals(
                List.of(
                        "suffix",
                        "method.reinforcement.tools",
                        "method.reinforcement.max_episode_steps",
                        "method.reinforcement.hyperparameters.beta"),
                job.ignored().stream().map(RftSetting::name).toList());
        assertEquals(12_500 * 3L / 16 + 1, job.plan(HOST).steps(12_500));
    }

    @Test
    void autoIsTheHosts() {
        RftJob job = RftJob.read(job(
                "{\"batch_size\":\"auto\",\"learning_rate_multiplier\":\"auto\",\"n_epochs\":\"auto\",\"reasoning_effort\":\"default\","
                        + "\"compute_multiplier\":\"auto\",\"eval_interval\":\"auto\",\"eval_samples\":\"auto\"}",
                ""));
        assertEquals(HOST, job.plan(HOST));
        assertTrue(job.settings().subList(0, 7).stream().allMatch(s -> s.use() == RftSetting.Use.HOST));
        assertEquals(HOST, RftJob.read("{\"grader\":" + GRADER + "}").plan(HOST));
        assertNull(RftJob.read("{\"type\":\"reinforcement\",\"reinforcement\":{\"grader\":" + GRADER + "}}")
                .seed());
    }

    @Test
    void valuesOutsideOfOpenAisRangesAreRefusedByName() {
        for (String wrong : List.of(
                "{\"batch_size\":257}",
                "{\"batch_size\":1.5}",
                "{\"learning_rate_multiplier\":0}",
                "{\"n_epochs\":51}",
                "{\"reasoning_effort\":\"huge\"}",
                "{\"compute_multiplier\":0.00001}",
                "{\"compute_multiplier\":11}",
                "{\"eval_interval\":0}",
                "{\"eval_samples\":\"many\"}")) {
            String name = wrong.substring(2, wrong.indexOf('"', 2));
            IllegalArgumentException thrown =
                    assertThrows(IllegalArgumentException.class, () -> RftJob.read(job(wrong, "")), wrong);
            assertTrue(thrown.getMessage().contains("hyperparameters." + name), thrown.getMessage());
        }
        assertThrows(IllegalArgumentException.class, () -> RftJob.read("{\"method\":{\"type\":\"dpo\"}}"));
    }

    private static final String NEEDS_B =
            ",\"response_format\":{\"type\":\"json_schema\",\"name\":\"n\",\"schema\":{\"type\":\"object\",\"required\":[\"b\"]}}";

    @Test
    void samplesAreCheckedAgainstTheSchema() throws Exception {
        assertEquals(Map.of("error/sample_parse_error", 1.0), partsOfASampleWithoutB());
        assertThrows(
                IllegalArgumentException.class,
                () -> RftJob.read(job("{}", NEEDS_B.replace("[\"b\"]", "7"))).trainingGrader(GraderServices.NONE));
    }

    /** The class path of a host that does not add the validator. */
    @Test
    void withoutTheValidatorAnyObjectWillDo() throws Exception {
        List<URL> path = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!entry.contains("json-schema-validator")) {
                path.add(Path.of(entry).toUri().toURL());
            }
        }
        try (URLClassLoader host = new URLClassLoader(path.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
            assertThrows(ClassNotFoundException.class, () -> host.loadClass("com.networknt.schema.Schema"));
            Method method = host.loadClass(RftJobTest.class.getName()).getDeclaredMethod("partsOfASampleWithoutB");
            method.setAccessible(true);
            assertEquals(Map.of(), method.invoke(null));
        }
    }

    static Map<String, Double> partsOfASampleWithoutB() throws Exception {
        OpenAiGrader grader = RftJob.read(job("{}", NEEDS_B)).trainingGrader(GraderServices.NONE);
        Prompt prompt =
                new Prompt("p", new Prompt.Input.Text("q"), "", Map.of("item", Map.of("reference_answer", "yes")));
        return grade(grader, prompt, "{\"a\":\"yes\"}").parts();
    }

    @Test
    void aSampleThatIsNoJsonScoresZero() throws Exception {
        for (String format : List.of(
                "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"strict\":true,\"schema\":{\"type\":\"object\"}}}",
                "{\"type\":\"json_schema\",\"name\":\"n\",\"strict\":true,\"schema\":{\"type\":\"object\"}}")) {
            RftJob job = RftJob.read(job("{}", ",\"response_format\":" + format));
            ResponseFormat read = job.format();
            assertEquals("n", read == null ? "" : read.name());
            OpenAiGrader grader = job.trainingGrader(GraderServices.NONE);
            Prompt prompt =
                    new Prompt("p", new Prompt.Input.Text("q"), "", Map.of("item", Map.of("reference_answer", "yes")));
            assertEquals(1, grade(grader, prompt, "{\"a\":\"yes\"}").value());
            if (read != null) {
                assertEquals("{\"type\":\"object\"}", read.schemaJson());
                OpenAiGrader gated = grader.withFormat(read.withChecker(json -> Optional.of("it lacks 'b'")));
                assertEquals(0, grade(gated, prompt, "{\"a\":\"yes\"}").value());
            }
            Grade.Score wrong = grade(grader, prompt, "a: yes");
            assertEquals(0, wrong.value());
            assertEquals(Map.of("error/sample_parse_error", 1.0), wrong.parts());
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> RftJob.read(job("{}", ",\"response_format\":{\"type\":\"xml\"}")));
    }

    private static Grade.Score grade(OpenAiGrader grader, Prompt prompt, String text) throws Exception {
        return (Grade.Score) grader.grade(prompt, new Completion("p", 0, List.of(), text, Finish.END));
    }

    @Test
    void rowsBecomePrompts() throws IOException {
        Path file = Files.writeString(
                folder.resolve("train.jsonl"),
                "\uFEFF{\"messages\":[{\"role\":\"developer\",\"content\":\"d\"},{\"role\":\"assistant\",\"content\":null,"
                        + "\"tool_calls\":[{\"id\":\"c\"}],\"weight\":0},{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"t\"},"
                        + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"u\"}]}],"
                        + "\"tools\":[{\"type\":\"function\",\"n\":3}],\"reference_answer\":\"yes\",\"x\":1.0,\"none\":null}\n\n"
                        + "{\"messages\":[{\"role\":\"user\",\"content\":\"u\"}],\"reference_answer\":[1,2]}\n",
                StandardCharsets.UTF_8);
        List<Prompt> prompts = RftData.standard().read(file);
        assertEquals(2, prompts.size());
        Prompt first = prompts.get(0);
        assertEquals("train.jsonl:1", first.id());
        assertEquals("yes", first.reference());
        Prompt.Input.Chat chat = (Prompt.Input.Chat) first.input();
        assertEquals(
                List.of("system", "assistant", "tool", "user"),
                chat.messages().stream().map(Message::role).toList());
        assertEquals(
                Map.of("tool_calls", List.of(Map.of("id", "c"))),
                chat.messages().get(1).fields());
        assertEquals(
                List.of(Map.of("type", "function", "n", 3L)), chat.variables().get("tools"));
        assertEquals("1.0", String.valueOf(OpenAiGrader.item(first).get("x")));
        assertTrue(OpenAiGrader.item(first).containsKey("none"));
        assertEquals("[1,2]", prompts.get(1).reference());
        assertEquals("train.jsonl:3", prompts.get(1).id());
    }

    @Test
    void theFormatCanBeTold() throws IOException {
        Path file = Files.writeString(
                folder.resolve("a.jsonl"), "{\"messages\":[{\"role\":\"user\",\"content\":\"u\"}]}\n");
        ResponseFormat format = ResponseFormat.of(Map.of("type", "json_schema", "schema", Map.of("type", "object")));
        Prompt prompt = new RftData("answer", format).read(file).get(0);
        Message told = ((Prompt.Input.Chat) prompt.input()).messages().get(0);
        assertEquals("system", told.role());
        assertEquals("Answer with JSON only, an object of this JSON schema: {\"type\":\"object\"}", told.content());
    }

    @Test
    void wrongRowsAreNamed() throws IOException {
        String user = "{\"role\":\"user\",\"content\":\"u\"}";
        Map<String, String> wrong = Map.of(
                "{\"messages\":[]}",
                "row 2, field messages:",
                "{}",
                "row 2, field messages:",
                "{\"messages\":[1]}",
                "row 2, field messages[0]:",
                "{\"messages\":[{\"role\":\"bot\",\"content\":\"\"}]}",
                "row 2, field messages[0].role:",
                "{\"messages\":[{\"role\":\"user\",\"content\":3}]}",
                "row 2, field messages[0].content:",
                "{\"messages\":[" + user + ",{\"role\":\"assistant\",\"content\":\"a\"}]}",
                "ends with role 'assistant'",
                "{\"messages\":[" + user + "],\"tools\":3}",
                "row 2, field tools:",
                "{\"messages\":",
                "row 2: not JSON",
                "[]",
                "row 2: not a JSON object");
        for (Map.Entry<String, String> entry : wrong.entrySet()) {
            Path file = Files.writeString(
                    folder.resolve("w.jsonl"), "{\"messages\":[" + user + "]}\n" + entry.getKey() + "\n");
            IllegalArgumentException thrown = assertThrows(
                    IllegalArgumentException.class, () -> RftData.standard().read(file));
            assertTrue(
                    thrown.getMessage().contains("w.jsonl")
                            && thrown.getMessage().contains(entry.getValue()),
                    thrown.getMessage());
        }
        Path bytes = Files.write(folder.resolve("b.jsonl"), new byte[] {'{', (byte) 0xff, '}'});
        assertThrows(IllegalArgumentException.class, () -> RftData.standard().read(bytes));
    }
}
