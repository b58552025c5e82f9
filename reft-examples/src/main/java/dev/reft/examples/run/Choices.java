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

    /** Most questions to measure by, and at most a fifth of all. */
    private static final int HELD_OUT = 300;

    /**
     * Answers of the warmed-up model to questions, and to others to measure by.
     *
     * @param questions that labels are asked for
     * @param answers to them
     * @param others to the questions after them
     * @param all the same with what they cost
     */
    record Sampled(List<Prompt> questions, List<Answer> answers, List<Answer> others, Samples.Piece all) {}

    /** Samples answers to each question, or reads those that were sampled. */
    static Sampled sampled(Stages stages, int labelled) {
        List<Prompt> all = stages.newQuestions();
        int held = Math.min(HELD_OUT, all.size() / 5);
        int first = Math.min(labelled, all.size() - held);
        List<Prompt> questions = all.subList(0, first + held);
        try (Policy policy = stages.warm()) {
            Samples.Piece sampled = new Samples(stages).all("choices", policy, questions, EACH);
            List<Answer> answers = sampled.answers();
            int cut = Math.min(EACH * first, answers.size());
            return new Sampled(
                    questions.subList(0, first),
                    answers.subList(0, cut),
                    answers.subList(cut, answers.size()),
                    sampled);
        }
    }

    /** The choices among such answers. */
    static Choices of(Stages stages, int labelled) {
        Sampled sampled = sampled(stages, labelled);
        List<Prompt> questions = stages.data().prompts();
        long seed = Examiner.seed(stages.plan(), "choices");
        return new Choices(
                ChoiceRows.ask(sampled.answers(), questions, ChoiceRows.NOISE, seed),
                ChoiceRows.ask(sampled.others(), questions, 0, seed).pairs(),
                new StageLog(sampled.all().seconds(), sampled.all().residentMegabytes(), List.of(), List.of()));
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
