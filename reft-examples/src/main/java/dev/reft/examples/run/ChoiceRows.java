package dev.reft.examples.run;

import dev.reft.examples.data.WorkedAnswer;
import dev.reft.grading.Prompt;
import dev.reft.ppo.PreferencePair;
import dev.reft.random.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Choices between two answers as people would make them: by {@link WorkedAnswer}, which nobody sees, with a share of mistakes. Two
 * answers that are equally good are no choice.
 */
final class ChoiceRows {
    /** The share of choices that are the wrong way round. */
    static final double NOISE = 0.15;

    private ChoiceRows() {}

    /**
     * The choices among samples that come in twos.
     *
     * @param answers two to a question, next to each other
     * @param questions where they come from
     * @param noise share of choices the wrong way round
     * @param seed of the mistakes
     */
    static List<PreferencePair> pairs(List<Answer> answers, List<Prompt> questions, double noise, long seed) {
        Map<String, Prompt> prompts = new HashMap<>();
        questions.forEach(prompt -> prompts.put(prompt.id(), prompt));
        List<PreferencePair> pairs = new ArrayList<>();
        for (int i = 0; i + 1 < answers.size(); i += 2) {
            Answer first = answers.get(i);
            Answer second = answers.get(i + 1);
            Prompt prompt = prompts.get(first.id());
            if (prompt == null || !first.id().equals(second.id())) {
                throw new IllegalStateException(
                        "answers " + i + " and " + (i + 1) + " are to '" + first.id() + "' and '" + second.id() + "'");
            }
            double one = WorkedAnswer.score(first.text(), prompt.reference()).value();
            double other = WorkedAnswer.score(second.text(), prompt.reference()).value();
            if (one != other) {
                boolean mistaken = unit(Seeds.at(seed, Seeds.Stream.SHUFFLE, 0, first.id(), 0)) < noise;
                boolean firstChosen = one > other ^ mistaken;
                pairs.add(PreferencePair.of(
                        prompt,
                        firstChosen ? first.text() : second.text(),
                        firstChosen ? second.text() : first.text()));
            }
        }
        return pairs;
    }

    private static double unit(long bits) {
        return (bits >>> 11) * 0x1.0p-53;
    }
}
