package dev.reft.examples.run;

import dev.reft.examples.data.WorkedAnswer;
import dev.reft.grading.Prompt;
import dev.reft.ppo.PreferencePair;
import dev.reft.ppo.Response;
import dev.reft.random.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Choices between two answers as people would make them: by {@link WorkedAnswer}, which nobody sees, with a share of mistakes. Every
 * two different answers to a question are compared once. Two that are equally good are a tie: somebody looked at them, and there is no
 * choice to learn from. Nor is there one where the chosen answer was cut off, which would teach not to end.
 */
final class ChoiceRows {
    /** The share of choices that are the wrong way round. */
    static final double NOISE = 0.15;

    private ChoiceRows() {}

    /**
     * What came of the comparisons.
     *
     * @param pairs to learn from
     * @param comparisons that were asked for: ties, unfinished and pairs
     * @param ties in which both were equally good
     * @param unfinished in which the chosen answer was cut off
     */
    record Asked(List<PreferencePair> pairs, int comparisons, int ties, int unfinished) {
        Asked {
            pairs = List.copyOf(pairs);
        }
    }

    /**
     * The choices among samples.
     *
     * @param answers those to a question next to each other
     * @param questions where they come from
     * @param noise share of choices the wrong way round
     * @param seed of the mistakes
     */
    static Asked ask(List<Answer> answers, List<Prompt> questions, double noise, long seed) {
        Map<String, Prompt> prompts = new HashMap<>();
        questions.forEach(prompt -> prompts.put(prompt.id(), prompt));
        Map<String, Map<String, Answer>> different = new LinkedHashMap<>();
        for (Answer answer : answers) {
            different
                    .computeIfAbsent(answer.id(), id -> new LinkedHashMap<>())
                    .putIfAbsent(answer.text().strip() + (answer.ended() ? "" : "\n"), answer);
        }
        List<PreferencePair> pairs = new ArrayList<>();
        int[] counts = new int[3];
        different.forEach((id, own) -> {
            Prompt prompt = prompts.get(id);
            if (prompt == null) {
                throw new IllegalStateException("there is no question '" + id + "'");
            }
            compare(prompt, new ArrayList<>(own.values()), noise, seed, pairs, counts);
        });
        return new Asked(pairs, counts[0], counts[1], counts[2]);
    }

    private static void compare(
            Prompt prompt, List<Answer> own, double noise, long seed, List<PreferencePair> pairs, int[] counts) {
        int place = 0;
        for (int i = 0; i < own.size(); i++) {
            for (int j = i + 1; j < own.size(); j++, place++) {
                Answer first = own.get(i);
                Answer second = own.get(j);
                counts[0]++;
                double better = value(first, prompt) - value(second, prompt);
                boolean mistaken = unit(Seeds.at(seed, Seeds.Stream.SHUFFLE, 0, prompt.id(), place)) < noise;
                Answer chosen = better > 0 ^ mistaken ? first : second;
                if (better == 0) {
                    counts[1]++;
                } else if (!chosen.ended()) {
                    counts[2]++;
                } else {
                    pairs.add(new PreferencePair(
                            prompt, response(chosen), response(chosen == first ? second : first), 0, Map.of()));
                }
            }
        }
    }

    private static double value(Answer answer, Prompt prompt) {
        return WorkedAnswer.score(answer.text(), prompt.reference(), answer.ended())
                .value();
    }

    /** What is learned of an answer: with an end only if it ended. */
    static Response response(Answer answer) {
        return new Response.Text(answer.text().strip(), answer.ended());
    }

    private static double unit(long bits) {
        return (bits >>> 11) * 0x1.0p-53;
    }
}
