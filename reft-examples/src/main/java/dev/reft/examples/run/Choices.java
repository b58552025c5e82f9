package dev.reft.examples.run;

import dev.reft.grading.Prompt;
import dev.reft.model.Policy;
import dev.reft.ppo.PreferencePair;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The choices that RLHF and DPO both learn from, and others to measure by.
 *
 * @param asked noisy choices between samples of the warmed-up model
 * @param heldOut choices on other questions, without mistakes
 * @param sampled how long the samples took, and in what memory
 */
record Choices(ChoiceRows.Asked asked, List<PreferencePair> heldOut, StageLog sampled) {
    /** Answers to a question. */
    private static final int EACH = 4;

    /** Questions to measure by. */
    private static final int HELD_OUT = 300;

    /** Samples answers to each question, or reads those that were sampled. */
    static Choices of(Stages stages, int labelled) {
        List<Prompt> all = stages.data().prompts();
        int first = Math.min(labelled, Math.max(1, all.size() - HELD_OUT));
        List<Prompt> questions = all.subList(0, Math.min(all.size(), first + HELD_OUT));
        Samples.Piece sampled;
        try (Policy policy = stages.warm()) {
            sampled = new Samples(stages).all("choices", policy, questions, EACH);
        }
        List<Answer> answers = sampled.answers();
        int cut = Math.min(EACH * first, answers.size());
        long seed = Examiner.seed(stages.plan(), "choices");
        return new Choices(
                ChoiceRows.ask(answers.subList(0, cut), questions, ChoiceRows.NOISE, seed),
                ChoiceRows.ask(answers.subList(cut, answers.size()), questions, 0, seed)
                        .pairs(),
                new StageLog(sampled.seconds(), sampled.residentMegabytes(), List.of(), List.of()));
    }

    /** The pairs that are learned. */
    List<PreferencePair> train() {
        return asked.pairs();
    }

    /** The labels: every comparison that was asked for, ties included. */
    Map<String, Integer> labels(Stages stages) {
        return stages.with("comparisons of two answers", asked.comparisons());
    }

    /** What became of them. */
    Map<String, Double> measures() {
        Map<String, Double> measures = new LinkedHashMap<>();
        measures.put("comparisons that were ties", (double) asked.ties());
        measures.put("choices of an unfinished answer, left out", (double) asked.unfinished());
        measures.put("pairs learned", (double) asked.pairs().size());
        measures.put("held-out pairs", (double) heldOut.size());
        return measures;
    }
}
