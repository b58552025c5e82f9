package dev.reft.ppo;

import dev.reft.ppo.data.JsonLines;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Files of preference pairs, one JSON object a line. Errors name file, row, field and value.
 *
 * <pre>
 * {"prompt": "2+2=", "chosen": "4", "rejected": "5"}                                      text
 * {"prompt": [{"role": "user", ...}], "chosen": "4" or [{"role": "assistant", ...}], ...}  chat
 * {"chosen": [... whole conversation ...], "rejected": [... whole conversation ...]}      chat; the prompt is what both begin with
 * {"input": {"messages": [...]}, "preferred_output": [...], "non_preferred_output": [...]} OpenAI's
 * </pre>
 *
 * <p>{@code id} (or {@code prompt_id}), {@code margin}, {@code weight} (1 where absent), {@code chosen_ended} and {@code rejected_ended} (false for an answer that was cut
 * off, true where absent) may be there. So may, of a chat, what else its template reads: {@code tools} (a list, or the JSON of one as
 * text; with OpenAI's form in {@code input}), and an object {@code chat_template_kwargs} of all other variables, such as
 * {@code {"enable_thinking": false}}. All other fields become attributes. Beside whole conversations a
 * {@code prompt} that is text is a copy of the first message in published data sets, and is ignored. A pair whose answers are the same
 * is left out and counted. Answers that call tools are refused: their text does not hold the call.
 */
public final class PreferenceFile {
    private PreferenceFile() {}

    /**
     * Reads a file.
     *
     * @param file in UTF-8; blank lines are passed over
     * @return its pairs, a pair without an id being called {@code row_} and its line from 1
     * @throws IllegalArgumentException if a row is not in one of these forms, naming file, row, field and value
     * @throws UncheckedIOException if the file cannot be read
     */
    public static PairSet read(Path file) {
        PairSet.Collector pairs = new PairSet.Collector();
        AnswerFile.read(file, PreferenceRow.OWN, row -> {
            PreferencePair pair = new PreferenceRow(row).pair();
            if (pair.chosen().equals(pair.rejected())) {
                pairs.drop("equal");
            } else {
                pairs.add(pair);
            }
        });
        return pairs.finish();
    }

    /**
     * Writes pairs so that {@link #read} reads them: prompts with the variables of their chat templates, responses as their text with a
     * note of those that were cut off. An attribute whose name has a meaning in such a file is left out. The file appears whole or not
     * at all.
     *
     * @param file replaced if it exists
     * @param pairs what to write; attributes and variables must be text, numbers, booleans, lists or maps
     * @throws UncheckedIOException if writing fails
     */
    public static void write(Path file, List<PreferencePair> pairs) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (PreferencePair pair : pairs) {
            Map<String, Object> row = AnswerFile.row(pair.prompt());
            row.put("chosen", pair.chosen().text());
            row.put("rejected", pair.rejected().text());
            row.put("margin", pair.margin());
            if (pair.weight() != 1) {
                row.put("weight", pair.weight());
            }
            AnswerFile.ended(row, "chosen_ended", pair.chosen());
            AnswerFile.ended(row, "rejected_ended", pair.rejected());
            AnswerFile.attributes(row, pair.prompt(), pair.attributes(), PreferenceRow.OWN);
            rows.add(row);
        }
        JsonLines.write(file, rows);
    }
}
