package dev.reft.examples.run;

import dev.reft.grading.Prompt;
import dev.reft.model.Policy;
import dev.reft.ppo.PreferencePair;
import java.util.List;

/**
 * The choices that RLHF and DPO both learn from, and others to measure by.
 *
 * @param train noisy choices between samples of the warmed-up model
 * @param heldOut choices on other questions, without mistakes
 * @param seconds that the samples took
 */
record Choices(List<PreferencePair> train, List<PreferencePair> heldOut, double seconds) {
    /** Samples two answers to each question, or reads those that were sampled. */
    static Choices of(Stages stages, int labelled) {
        List<Prompt> all = stages.data().prompts();
        int held = Math.max(1, labelled / 5);
        List<Prompt> questions = all.subList(0, Math.min(all.size(), labelled + held));
        Samples.Piece sampled;
        try (Policy policy = stages.warm()) {
            sampled = new Samples(stages).all("choices", policy, questions, 2);
        }
        int cut = Math.min(2 * labelled, sampled.answers().size());
        long seed = Examiner.seed(stages.plan(), "choices");
        return new Choices(
                ChoiceRows.pairs(sampled.answers().subList(0, cut), questions, ChoiceRows.NOISE, seed),
                ChoiceRows.pairs(
                        sampled.answers().subList(cut, sampled.answers().size()), questions, 0, seed),
                sampled.seconds());
    }
}
