package dev.reft.examples.rft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.graders.openai.RftSetting;
import dev.reft.grading.Prompt;
import dev.reft.text.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobFilesTest {
    private static final JobData.Form CHAT = new JobData.Form(true, "", "low");
    private static final JobData.Form PLAIN = new JobData.Form(false, " =>", "");

    @TempDir
    private Path folder;

    private Path job(String fields) throws IOException {
        return Files.writeString(
                folder.resolve("job.json"),
                "{\"model\":\"o4-mini\",\"training_file\":\"t.jsonl\",\"validation_file\":\"v.jsonl\"," + fields
                        + "\"method\":{\"type\":\"reinforcement\",\"reinforcement\":{\"grader\":{\"type\":\"string_check\","
                        + "\"name\":\"g\",\"operation\":\"eq\",\"input\":\"{{sample.output_text}}\",\"reference\":\"{{item.a}}\"},"
                        + "\"hyperparameters\":{\"n_epochs\":3,\"beta\":0.1}}}}");
    }

    private static String row(String text) {
        return "{\"messages\":[{\"role\":\"developer\",\"content\":\"Add.\"},{\"role\":\"user\",\"content\":\"" + text
                + "\"}],\"a\":\"3\"}\n";
    }

    private void data(String training, String validation) throws IOException {
        Files.writeString(folder.resolve("t.jsonl"), training);
        Files.writeString(folder.resolve("v.jsonl"), validation);
    }

    @Test
    void filesBesideTheJobAreFoundAndEverySettingIsNamed() throws IOException {
        data(row("1+2"), row("2+1"));
        JobFiles files = JobFiles.read(job("\"suffix\":\"my-sums\",\"metadata\":{},"), null, null);
        assertEquals("my-sums", files.suffix());
        assertEquals("v.jsonl", files.validation().getFileName().toString());
        Map<String, RftSetting.Use> uses = new java.util.TreeMap<>();
        files.settings().forEach(s -> uses.put(s.name(), s.use()));
        assertEquals(
                Map.of(
                        "hyperparameters.n_epochs", RftSetting.Use.MAPPED,
                        "suffix", RftSetting.Use.MAPPED,
                        "metadata", RftSetting.Use.IGNORED,
                        "method.reinforcement.hyperparameters.beta", RftSetting.Use.IGNORED),
                uses);
    }

    @Test
    void rowsBecomeChatsOrPlainText() throws IOException {
        data(row("1+2"), row("2+1"));
        JobFiles files = JobFiles.read(job(""), null, null);
        Prompt chat = JobData.read(files, null, List.of(), CHAT).training().get(0);
        Prompt.Input.Chat input = (Prompt.Input.Chat) chat.input();
        assertEquals(List.of(Message.system("Add."), Message.user("1+2")), input.messages());
        assertEquals("low", input.variables().get("reasoning_effort"));
        Prompt plain = JobData.read(files, null, List.of(), PLAIN).validation().get(0);
        assertEquals(new Prompt.Input.Text("Add.\n2+1 =>"), plain.input());
        assertEquals("v.jsonl:1", plain.id());
    }

    @Test
    void aWarmUpIsChatsWithTheirAnswers() throws IOException {
        data(row("1+2"), row("2+1"));
        JobFiles files = JobFiles.read(job(""), null, null);
        Path examples = Files.writeString(
                folder.resolve("w.jsonl"),
                "{\"messages\":[{\"role\":\"user\",\"content\":\"1+1\"},{\"role\":\"assistant\",\"content\":\"2\"}]}\n");
        JobData data = JobData.read(files, examples, List.of(), PLAIN);
        assertEquals("2", data.warmUp().get(0).completion());
        assertEquals(new Prompt.Input.Text("1+1 =>"), data.warmUp().get(0).input());
        Files.writeString(
                examples,
                "{\"messages\":[{\"role\":\"user\",\"content\":\"0+1\"},{\"role\":\"user\",\"content\":\"1+2\"}]}\n");
        assertTold(
                List.of("w.jsonl", "row 1", "messages[1]", "assistant", "1+2"),
                () -> JobData.read(files, examples, List.of(), PLAIN));
    }

    @Test
    void errorsNameFileRowFieldAndValue() throws IOException {
        assertTold(
                List.of("job.json", "training_file", "t.jsonl", "--train"), () -> JobFiles.read(job(""), null, null));
        data(row("1+2"), row("2+1") + "\n{\"messages\":[{\"role\":\"robot\",\"content\":\"x\"}]}\n");
        assertTold(List.of("no.jsonl", "--validation"), () -> JobFiles.read(job(""), null, folder.resolve("no.jsonl")));
        JobFiles files = JobFiles.read(job(""), null, null);
        assertTold(
                List.of("v.jsonl", "row 3", "messages[0].role", "robot"),
                () -> JobData.read(files, null, List.of(), CHAT));
        data(row("1+2"), "\n");
        assertTold(List.of("v.jsonl", "no rows"), () -> JobData.read(files, null, List.of(), CHAT));
        data("{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]}\n", row("1+1"));
        assertTold(
                List.of("t.jsonl", "row 1", "messages[0].content", "chat template"),
                () -> JobData.read(files, null, List.of(), PLAIN));
        assertTold(
                List.of("job.json", "job.suffix", "a/b"), () -> JobFiles.read(job("\"suffix\":\"a/b\","), null, null));
    }

    private static void assertTold(List<String> parts, org.junit.jupiter.api.function.Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        parts.forEach(part -> assertTrue(message.contains(part), part + " in " + message));
    }
}
