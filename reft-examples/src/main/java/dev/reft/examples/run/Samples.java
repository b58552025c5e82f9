package dev.reft.examples.run;

import dev.reft.graders.AnswerScores;
import dev.reft.grading.Prompt;
import dev.reft.model.Sampler;
import dev.reft.ppo.EvaluationConfig;
import dev.reft.ppo.EvaluationReport;
import dev.reft.ppo.Evaluator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.DoublePredicate;

/**
 * Answers to training questions, sampled once from the model as the warm-up left it and kept, piece by piece, so that a
 * killed run does not sample again.
 */
final class Samples {
    /** A piece as it is kept: the answers to some questions, in their order, how long they took, and the memory meanwhile. */
    record Piece(double seconds, double residentMegabytes, List<Answer> answers) {
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
     * @param questions different ones
     * @param each how many answers to each
     * @param more whether to go on after so many seconds
     * @param answering makes the answers of a piece, given the place of its first question
     * @return all answers so far, in the order of the questions, and the seconds they took
     */
    Piece take(
            String name,
            List<Prompt> questions,
            int each,
            DoublePredicate more,
            BiFunction<List<Prompt>, Integer, List<Answer>> answering) {
        List<Answer> answers = new ArrayList<>();
        double seconds = 0;
        double resident = 0;
        int size = Math.max(1, 4 * stages.plan().evaluation().concurrent() / each);
        stages.line().start("sample: " + name, 0, questions.size());
        for (int start = 0; start < questions.size() && more.test(seconds); start += size) {
            int first = start;
            int end = Math.min(questions.size(), start + size);
            Piece piece = stages.folder().piece(name, first).orElseGet(() -> {
                Resident.restart();
                long begin = System.nanoTime();
                List<Answer> made = answering.apply(questions.subList(first, end), first);
                Piece fresh = new Piece((System.nanoTime() - begin) / 1e9, Resident.megabytes(), made);
                stages.folder().write(name, first, fresh);
                return fresh;
            });
            answers.addAll(piece.answers());
            seconds += piece.seconds();
            resident = Math.max(resident, piece.residentMegabytes());
            stages.line().update(end, right(answers));
        }
        stages.line().end(right(answers));
        return new Piece(seconds, resident, answers);
    }

    /** All of a model's answers to all questions, those to a question next to each other. */
    Piece all(String name, Sampler model, List<Prompt> questions, int each) {
        return take(
                name,
                questions,
                each,
                seconds -> true,
                (some, first) -> answers(model, some, each, name + "/" + first));
    }

    private List<Answer> answers(Sampler model, List<Prompt> questions, int each, String place) {
        EvaluationConfig config = draws(stages, each, place);
        EvaluationReport report =
                new Evaluator(model, stages.data().grader(AnswerScores.BINARY), config).evaluate(questions);
        List<Answer> answers = new ArrayList<>();
        for (EvaluationReport.Item item : report.items()) {
            for (EvaluationReport.Answer answer : item.answers()) {
                answers.add(Answer.of(item.prompt().id(), answer, answer.right()));
            }
        }
        return answers;
    }

    /** The run's draws at a place. */
    static EvaluationConfig draws(Stages stages, int each, String place) {
        return EvaluationConfig.voting(
                        each,
                        (float) stages.plan().ppo().temperature(),
                        stages.plan().maxTokens(),
                        Examiner.seed(stages.plan(), "samples/" + place))
                .withConcurrentSamples(stages.plan().evaluation().concurrent());
    }

    private static String right(List<Answer> answers) {
        return Examiner.right(answers) + " right";
    }
}
