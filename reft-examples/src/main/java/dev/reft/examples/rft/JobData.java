package dev.reft.examples.rft;

import dev.reft.graders.openai.JsonLines;
import dev.reft.graders.openai.RftData;
import dev.reft.grading.Prompt;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.pipeline.Fingerprints;
import dev.reft.text.Message;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a job as prompts, the examples of a warm-up, and texts that have nothing to do with the job.
 *
 * @param training prompts to reinforce on
 * @param validation held-out prompts
 * @param warmUp answers to imitate first; may be empty
 * @param probes texts whose log-probability is measured at every checkpoint; may be empty
 */
public record JobData(List<Prompt> training, List<Prompt> validation, List<SftExample> warmUp, List<String> probes) {
    private static final String MESSAGES = "messages";

    /** Copies the lists. */
    public JobData {
        training = List.copyOf(training);
        validation = List.copyOf(validation);
        warmUp = List.copyOf(warmUp);
        probes = List.copyOf(probes);
    }

    /**
     * How messages become what a model reads.
     *
     * @param chat whether by the model's template; otherwise the contents one after the other
     * @param textEnd what ends a plain-text prompt
     * @param reasoningEffort for the template's variable {@code reasoning_effort}, "" for none
     */
    public record Form(boolean chat, String textEnd, String reasoningEffort) {}

    /**
     * Reads the files.
     *
     * @param job names the rows
     * @param warmUp JSONL of chats that end with the assistant's answer, or null
     * @param probes texts that have nothing to do with the job
     * @param form how messages are read
     * @return the data
     * @throws IllegalArgumentException if a row is wrong; the message names file, row, field and value
     * @throws UncheckedIOException if a file cannot be read
     */
    public static JobData read(JobFiles job, @Nullable Path warmUp, List<String> probes, Form form) {
        return new JobData(
                prompts(job.training(), form),
                prompts(job.validation(), form),
                warmUp == null ? List.of() : examples(warmUp, form),
                probes);
    }

    private static List<Prompt> prompts(Path file, Form form) {
        RftData reader = RftData.standard();
        List<Prompt> prompts = new ArrayList<>();
        for (JsonLines.Row row : JsonLines.read(file)) {
            prompts.add(formed(reader.prompt(row), row, form));
        }
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException(file + ": has no rows");
        }
        return prompts;
    }

    private static Prompt formed(Prompt prompt, JsonLines.Row row, Form form) {
        Prompt.Input.Chat chat = (Prompt.Input.Chat) prompt.input();
        if (!form.chat()) {
            return new Prompt(
                    prompt.id(),
                    new Prompt.Input.Text(text(chat.messages(), row) + form.textEnd()),
                    prompt.reference(),
                    prompt.attributes());
        }
        if (form.reasoningEffort().isEmpty()) {
            return prompt;
        }
        Map<String, Object> variables = new LinkedHashMap<>(chat.variables());
        variables.put("reasoning_effort", form.reasoningEffort());
        return new Prompt(
                prompt.id(),
                new Prompt.Input.Chat(chat.messages(), variables),
                prompt.reference(),
                prompt.attributes());
    }

    private static String text(List<Message> messages, JsonLines.Row row) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            if (!(messages.get(i).content() instanceof String text)) {
                throw row.error(
                        MESSAGES + "[" + i + "].content",
                        "must be text for a model without a chat template, found "
                                + messages.get(i).content());
            }
            texts.add(text);
        }
        return String.join("\n", texts);
    }

    private static List<SftExample> examples(Path file, Form form) {
        List<SftExample> examples = new ArrayList<>();
        RftData reader = RftData.standard();
        for (JsonLines.Row row : JsonLines.read(file)) {
            if (!(row.fields().get(MESSAGES) instanceof List<?> messages) || messages.size() < 2) {
                throw row.error(
                        MESSAGES,
                        "must be a list of two messages or more, found "
                                + row.fields().get(MESSAGES));
            }
            int last = messages.size() - 1;
            Map<String, Object> fields = new LinkedHashMap<>(row.fields());
            fields.put(MESSAGES, messages.subList(0, last));
            Prompt prompt = formed(reader.prompt(new JsonLines.Row(row.file(), row.number(), fields)), row, form);
            examples.add(new SftExample(prompt.id(), prompt.input(), answer(row, last, messages.get(last))));
        }
        if (examples.isEmpty()) {
            throw new IllegalArgumentException(file + ": has no rows");
        }
        return examples;
    }

    private static String answer(JsonLines.Row row, int at, @Nullable Object message) {
        if (message instanceof Map<?, ?> fields
                && "assistant".equals(fields.get("role"))
                && fields.get("content") instanceof String text
                && !text.isBlank()) {
            return text;
        }
        throw row.error(MESSAGES + "[" + at + "]", "must be the assistant's answer with a text, found " + message);
    }

    /**
     * The digest of texts.
     *
     * @param texts any
     * @return 64 hexadecimal digits
     */
    public static String digest(List<String> texts) {
        return Fingerprints.of(String.join("\n", texts));
    }

    /**
     * A file's SHA-256, which tells whether a run goes on with the same data.
     *
     * @param file any file
     * @return 64 hexadecimal digits
     * @throws UncheckedIOException if it cannot be read
     */
    public static String digest(Path file) {
        return Fingerprints.of(file);
    }
}
