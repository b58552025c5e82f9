package dev.reft.ppo.feedback;

import dev.reft.generation.Completion;
import dev.reft.grading.Prompt;
import dev.reft.ppo.Rollouts;
import dev.reft.ppo.data.JsonLines;
import dev.reft.random.Seeds;
import dev.reft.text.Message;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Completions for people to rate.
 *
 * @param task what is asked
 * @param items one a prompt
 */
public record FeedbackSheet(FeedbackTask task, List<Item> items) {
    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if two items have the same id, or an item has not as many completions as the task needs
     */
    public FeedbackSheet {
        items = List.copyOf(items);
        if (items.stream().map(Item::id).distinct().count() < items.size()) {
            throw new IllegalArgumentException("two items have the same id");
        }
        for (Item item : items) {
            int count = item.completions().size();
            boolean fits = task instanceof FeedbackTask.Scores
                    ? count >= 1
                    : task instanceof FeedbackTask.Choice ? count == 2 : count >= 2;
            if (!fits) {
                throw new IllegalArgumentException(
                        "item '" + item.id() + "' has " + count + " completions, which do not fit " + task);
            }
        }
    }

    /**
     * A prompt and its completions.
     *
     * @param id the prompt's
     * @param prompt what the model read
     * @param completions texts, in the order of samples
     */
    public record Item(String id, String prompt, List<String> completions) {
        /** Copies the list. */
        public Item {
            completions = List.copyOf(completions);
        }
    }

    /**
     * A sheet of what was sampled.
     *
     * @param rollouts the completions; keep them ({@link RolloutFiles}) until the ratings are back
     * @param task what is asked
     * @return the sheet
     * @throws IllegalArgumentException if a prompt has not as many completions as the task needs
     */
    public static FeedbackSheet of(Rollouts rollouts, FeedbackTask task) {
        List<Item> items = new ArrayList<>();
        for (Rollouts.Group group : rollouts.groups()) {
            items.add(new Item(
                    group.prompt().id(),
                    text(group.prompt()),
                    group.completions().stream().map(Completion::text).toList()));
        }
        return new FeedbackSheet(task, items);
    }

    private static String text(Prompt prompt) {
        if (prompt.input() instanceof Prompt.Input.Text text) {
            return text.text();
        } else if (prompt.input() instanceof Prompt.Input.Chat chat) {
            StringJoiner lines = new StringJoiner("\n\n");
            for (Message message : chat.messages()) {
                lines.add(message.role() + ": " + message.content());
            }
            return lines.toString();
        }
        throw new IllegalArgumentException("prompt '" + prompt.id() + "' is neither text nor a chat");
    }

    /**
     * What tells this sheet from any other: a digest of all that it shows and asks. Ratings carry it.
     *
     * @return 64 hexadecimal digits
     */
    public String digest() {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(task.toString().getBytes(StandardCharsets.UTF_8));
            for (Map<String, Object> row : rows("")) {
                sha.update(JsonLines.text(row).getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * The item of an id.
     *
     * @param id the prompt's
     * @return empty if there is none
     */
    public Optional<Item> item(String id) {
        return items.stream().filter(item -> item.id().equals(id)).findFirst();
    }

    /**
     * Writes one line an item: {@code sheet, item, prompt, completions}, each completion with its {@code sample} and {@code text}. A
     * rater's tool adds the answer; see {@link Ratings} for its form.
     *
     * @param file replaced as a whole
     * @throws java.io.UncheckedIOException if writing fails
     */
    public void writeJsonl(Path file) {
        JsonLines.write(file, rows(digest()));
    }

    /**
     * Writes a page to rate on: one file without network, which any browser opens. It shows completions as plain text, in an order
     * of its own for each item, and saves the ratings as a file for {@link Ratings#read}.
     *
     * @param file replaced as a whole
     * @param title above the page
     * @throws java.io.UncheckedIOException if writing fails
     */
    public void writePage(Path file, String title) {
        FeedbackPage.write(file, title, this);
    }

    /** The completions in the order of samples. */
    private List<Map<String, Object>> rows(String sheet) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Item item : items) {
            int[] order = new int[item.completions().size()];
            for (int i = 0; i < order.length; i++) {
                order[i] = i;
            }
            rows.add(row(sheet, item, order));
        }
        return rows;
    }

    /** The completions in an order that says nothing of where they came from. */
    List<Map<String, Object>> shuffledRows() {
        String sheet = digest();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Item item : items) {
            long seed = Seeds.at(0, Seeds.Stream.SHUFFLE, 0, sheet + item.id(), 0);
            rows.add(row(sheet, item, Seeds.permutation(item.completions().size(), seed)));
        }
        return rows;
    }

    private static Map<String, Object> row(String sheet, Item item, int[] order) {
        List<Map<String, Object>> completions = new ArrayList<>();
        for (int sample : order) {
            Map<String, Object> completion = new LinkedHashMap<>();
            completion.put("sample", sample);
            completion.put("text", item.completions().get(sample));
            completions.add(completion);
        }
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("sheet", sheet);
        row.put("item", item.id());
        row.put("prompt", item.prompt());
        row.put("completions", completions);
        return row;
    }
}
