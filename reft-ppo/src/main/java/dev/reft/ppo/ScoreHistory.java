package dev.reft.ppo;

import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * How each prompt was scored in the past: what a {@link Curriculum} goes by. A plain value that the host keeps, and saves
 * with a checkpoint as text:
 *
 * <pre>{@code
 * history = history.with(graded);
 * trainer.save(folder, history.toText());
 * history = ScoreHistory.of(trainer.hostState());   // after resume
 * }</pre>
 *
 * @param memory weight of the mean so far when a new mean comes in, in [0, 1); 0 remembers the latest step only
 * @param prompts past scores by prompt id
 */
public record ScoreHistory(double memory, Map<String, Past> prompts) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * The past of one prompt.
     *
     * @param samples how many samples were scored, &gt;= 1
     * @param mean mean score, later steps weighing more; the pass rate where scores are 0 and 1
     * @param step the last step in which it was scored, &gt;= 0
     */
    public record Past(long samples, double mean, long step) {
        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if one is out of its range
         */
        public Past {
            if (samples < 1 || step < 0 || !Double.isFinite(mean)) {
                throw new IllegalArgumentException(
                        "samples " + samples + ", mean " + mean + ", step " + step + ": not a past score");
            }
        }
    }

    /**
     * Checks the memory and copies the map.
     *
     * @throws IllegalArgumentException if the memory is not in [0, 1)
     */
    public ScoreHistory {
        if (!(memory >= 0 && memory < 1)) {
            throw new IllegalArgumentException("memory " + memory + " must be in [0, 1)");
        }
        prompts = Collections.unmodifiableMap(new TreeMap<>(prompts));
    }

    /**
     * No past yet.
     *
     * @param memory as for the record, in [0, 1); 0.5 halves what a step said with each step after it
     * @return an empty history
     */
    public static ScoreHistory empty(double memory) {
        return new ScoreHistory(memory, Map.of());
    }

    /**
     * The past of a prompt.
     *
     * @param prompt any prompt
     * @return null if it was never scored
     */
    public @Nullable Past of(Prompt prompt) {
        return prompts.get(prompt.id());
    }

    /**
     * This and what a step said. Groups without a score change nothing.
     *
     * @param graded rollouts of a step
     * @return the longer history
     */
    public ScoreHistory with(GradedRollouts graded) {
        Map<String, Past> longer = new TreeMap<>(prompts);
        for (int g = 0; g < graded.grades().size(); g++) {
            String id = graded.rollouts().groups().get(g).prompt().id();
            List<Grade.Score> scores = graded.grades().get(g).stream()
                    .filter(Grade.Score.class::isInstance)
                    .map(Grade.Score.class::cast)
                    .toList();
            if (!scores.isEmpty()) {
                double mean = scores.stream()
                        .mapToDouble(Grade.Score::value)
                        .average()
                        .orElseThrow();
                Past past = longer.get(id);
                longer.put(
                        id,
                        new Past(
                                scores.size() + (past == null ? 0 : past.samples()),
                                past == null ? mean : memory * past.mean() + (1 - memory) * mean,
                                graded.rollouts().step()));
            }
        }
        return new ScoreHistory(memory, longer);
    }

    /**
     * As one line of JSON, for {@link PpoTrainer#save}.
     *
     * @return text that {@link #of(String)} reads back bit for bit
     */
    public String toText() {
        ObjectNode root = JSON.createObjectNode();
        root.put("memory", memory);
        ObjectNode all = root.putObject("prompts");
        prompts.forEach((id, past) ->
                all.putArray(id).add(past.samples()).add(past.mean()).add(past.step()));
        return root.toString();
    }

    /**
     * Reads what {@link #toText} wrote.
     *
     * @param text the line
     * @return the history
     * @throws IllegalArgumentException if it is something else
     */
    public static ScoreHistory of(String text) {
        try {
            JsonNode root = JSON.readTree(text);
            Map<String, Past> prompts = new TreeMap<>();
            for (Map.Entry<String, JsonNode> entry : root.required("prompts").properties()) {
                JsonNode past = entry.getValue();
                prompts.put(
                        entry.getKey(),
                        new Past(
                                past.required(0).longValue(),
                                past.required(1).doubleValue(),
                                past.required(2).longValue()));
            }
            return new ScoreHistory(root.required("memory").doubleValue(), prompts);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("no history of scores: " + e.getOriginalMessage(), e);
        }
    }
}
