package dev.reft.examples.run;

import dev.reft.examples.data.WorkedAnswer;
import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.graders.judges.JudgeException;
import dev.reft.graders.judges.LikelihoodJudge;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import dev.reft.model.Scorer;
import dev.reft.ppo.SftExample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * What a small judge reads and says: a rubric by name, the question, the answer, and then yes or no.
 *
 * <pre>{@code judge right : how many ... ? => 3 + 4 = 7 . answer 7 ? yes}</pre>
 */
final class JudgeRows {
    /** The words that a judge's model knows beside those of the problems. */
    static final List<String> WORDS = List.of("judge", ":", "right", "sound", "yes", "no", "unfinished");

    static final String RIGHT = "right";
    static final String SOUND = "sound";

    private static final Map<String, Double> VERDICTS = new LinkedHashMap<>();

    static {
        VERDICTS.put(" yes", 1.0);
        VERDICTS.put(" no", 0.0);
    }

    private JudgeRows() {}

    /** The judge's question about an answer; the judge is told of one that was cut off. */
    static String question(String rubric, Prompt prompt, String answer, boolean ended) {
        String asked = prompt.input() instanceof Prompt.Input.Text text ? text.text() : prompt.id();
        return "judge " + rubric + " : " + asked + " " + answer.strip() + (ended ? " ?" : " unfinished ?");
    }

    /** A labelled row for each answer and rubric, the label being what {@link WorkedAnswer} says. */
    static List<SftExample> examples(List<Answer> answers, Map<String, Prompt> prompts) {
        List<SftExample> examples = new ArrayList<>();
        for (Answer answer : answers) {
            Prompt prompt = prompt(prompts, answer);
            for (String rubric : List.of(RIGHT, SOUND)) {
                examples.add(SftExample.text(
                        answer.id() + "/" + rubric,
                        question(rubric, prompt, answer.text(), answer.ended()),
                        label(rubric, prompt, answer.text(), answer.ended()) ? "yes" : "no"));
            }
        }
        return examples;
    }

    static boolean label(String rubric, Prompt prompt, String text, boolean ended) {
        Grade.Score score = WorkedAnswer.score(text, prompt.reference(), ended);
        return score.parts().getOrDefault(rubric, 0.0) == 1;
    }

    /** The share of answers of which the judge says what the label says. */
    static double agreement(Scorer model, String rubric, List<Answer> answers, Map<String, Prompt> prompts) {
        LikelihoodJudge judge = judge(model, rubric);
        int agreed = 0;
        for (Answer answer : answers) {
            Prompt prompt = prompt(prompts, answer);
            Finish finish = answer.ended() ? Finish.END : Finish.LENGTH;
            Completion completion = new Completion(answer.id(), 0, List.of(), answer.text(), finish);
            try {
                boolean says = ((Grade.Score) judge.grade(prompt, completion)).value() >= 0.5;
                agreed += says == label(rubric, prompt, answer.text(), answer.ended()) ? 1 : 0;
            } catch (JudgeException | TimeoutException e) {
                throw new IllegalStateException("judging the answer to '" + answer.id() + "' failed", e);
            }
        }
        return answers.isEmpty() ? Double.NaN : (double) agreed / answers.size();
    }

    /** The share of answers that have the commoner label: what a judge reaches who says always the same. */
    static double baseRate(String rubric, List<Answer> answers, Map<String, Prompt> prompts) {
        long yes = answers.stream()
                .filter(answer -> label(rubric, prompt(prompts, answer), answer.text(), answer.ended()))
                .count();
        return answers.isEmpty() ? Double.NaN : (double) Math.max(yes, answers.size() - yes) / answers.size();
    }

    private static Prompt prompt(Map<String, Prompt> prompts, Answer answer) {
        Prompt prompt = prompts.get(answer.id());
        if (prompt == null) {
            throw new IllegalStateException("there is no question '" + answer.id() + "'");
        }
        return prompt;
    }

    static LikelihoodJudge judge(Scorer model, String rubric) {
        return LikelihoodJudge.of(
                model,
                (Prompt prompt, Completion completion) ->
                        question(rubric, prompt, completion.text(), completion.finish() != Finish.LENGTH),
                VERDICTS);
    }
}
