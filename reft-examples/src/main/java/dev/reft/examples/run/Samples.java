package dev.reft.examples.run;

import dev.reft.generation.Sampling;
import dev.reft.graders.AnswerScores;
import dev.reft.grading.Grade;
import dev.reft.grading.GradingLimits;
import dev.reft.grading.Prompt;
import dev.reft.model.Sampler;
import dev.reft.ppo.EvaluationConfig;
import dev.reft.ppo.EvaluationReport;
import dev.reft.ppo.Evaluator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoublePredicate;

/**
 * Answers to training questions, sampled once from the model as the warm-up left it and kept, piece by piece, so that a
 * killed run does not sample again.
 */
final class Samples {
    /** A piece as it is kept: the answers to some questions, in their order, and how long they took. */
    record Piece(double seconds, List<Answer> answers) {
        Piece {
            answers = List.copyOf(answers);
        }
    }

    private final Stages stages;

    Samples(Stages stages) {
        this.stages = stages;
    }

    /**
     * Answers questions until all are answered or no more are wanted.
     *
     * @param name of the files
     * @param model what answers
     * @param questions different ones
     * @param each how many answers to each
     * @param more whether to go on after so many seconds
     * @return all answers so far, those to a question next to each other, and the seconds they took
     */
    Piece take(String name, Sampler model, List<Prompt> questions, int each, DoublePredicate more) {
        List<Answer> answers = new ArrayList<>();
        double seconds = 0;
        int size = Math.max(1, 4 * stages.plan().evaluation().concurrent() / each);
        stages.line().start("sample: " + name, 0, (long) questions.size() * each);
        for (int start = 0; start < questions.size() && more.test(seconds); start += size) {
            List<Prompt> some = questions.subList(start, Math.min(questions.size(), start + size));
            int first = start;
            Piece piece = stages.folder().piece(name, first).orElseGet(() -> {
                Piece made = piece(model, some, each, first);
                stages.folder().write(name, first, made);
                return made;
            });
            answers.addAll(piece.answers());
            seconds += piece.seconds();
            stages.line().update(answers.size(), right(answers));
        }
        stages.line().end(right(answers));
        return new Piece(seconds, answers);
    }

    private Piece piece(Sampler model, List<Prompt> questions, int each, int first) {
        long begin = System.nanoTime();
        EvaluationConfig config = new EvaluationConfig(
                Sampling.at((float) stages.plan().ppo().temperature()),
                each,
                stages.plan().maxTokens(),
                List.of(),
                stages.plan().evaluation().concurrent(),
                1,
                GradingLimits.DEFAULT,
                Examiner.seed(stages.plan(), "samples/" + first));
        EvaluationReport report =
                new Evaluator(model, stages.data().grader(AnswerScores.BINARY), config).evaluate(questions);
        List<Answer> answers = new ArrayList<>();
        for (EvaluationReport.Item item : report.items()) {
            for (EvaluationReport.Answer answer : item.answers()) {
                String extracted = answer.grade() instanceof Grade.Score score ? score.extracted() : "";
                answers.add(new Answer(
                        item.prompt().id(), answer.completion().text(), extracted, answer.right()));
            }
        }
        return new Piece((System.nanoTime() - begin) / 1e9, answers);
    }

    private static String right(List<Answer> answers) {
        return Examiner.right(answers) + " right";
    }
}
