package dev.reft.ppo;

import dev.reft.ppo.data.JsonLines;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Files of answers that are marked good or bad, one JSON object a line, as TRL calls them for KTO: what {@link KtoTrainer} and
 * {@link RerankerTrainer} learn from. Errors name file, row, field and value.
 *
 * <pre>
 * {"prompt": "2+2=", "completion": "4", "label": true}                                                    text
 * {"prompt": [{"role": "user", ...}], "completion": "4" or [{"role": "assistant", ...}], "label": true}   chat
 * </pre>
 *
 * <p>{@code id} (or {@code prompt_id}) and {@code completion_ended} (false for an answer that was cut off, true where absent) may be
 * there, and of a chat {@code tools} and {@code chat_template_kwargs}, as in a {@link PreferenceFile}. All other fields become
 * attributes of the prompt. Beside a completion that is a message, a prompt that is text is the user's message.
 */
public final class LabelledFile {
    private LabelledFile() {}

    /**
     * Reads a file.
     *
     * @param file in UTF-8; blank lines are passed over
     * @return its examples in their order, one without an id being called {@code row_} and its line from 1
     * @throws IllegalArgumentException if a row is not in one of these forms, naming file, row, field and value
     * @throws UncheckedIOException if the file cannot be read
     */
    public static List<LabelledResponse> read(Path file) {
        List<LabelledResponse> examples = new ArrayList<>();
        AnswerFile.read(file, LabelledRow.OWN, row -> examples.add(LabelledRow.read(row)));
        return List.copyOf(examples);
    }

    /**
     * Writes examples so that {@link #read} reads them: prompts with their attributes and the variables of their chat templates,
     * responses as their text with a note of those that were cut off. An attribute whose name has a meaning in such a file is left out.
     * The file appears whole or not at all.
     *
     * @param file replaced if it exists
     * @param examples what to write; attributes and variables must be text, numbers, booleans, lists or maps
     * @throws UncheckedIOException if writing fails
     */
    public static void write(Path file, List<LabelledResponse> examples) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (LabelledResponse example : examples) {
            Map<String, Object> row = AnswerFile.row(example.prompt());
            row.put("completion", example.response().text());
            row.put("label", example.good());
            AnswerFile.ended(row, "completion_ended", example.response());
            AnswerFile.attributes(row, example.prompt(), example.prompt().attributes(), LabelledRow.OWN);
            rows.add(row);
        }
        JsonLines.write(file, rows);
    }
}
