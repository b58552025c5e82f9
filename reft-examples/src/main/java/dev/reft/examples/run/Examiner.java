package dev.reft.examples.run;

import dev.reft.examples.view.ProgressLine;
import dev.reft.graders.AnswerScores;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.model.Sampler;
import dev.reft.ppo.EvaluationConfig;
import dev.reft.ppo.EvaluationReport;
import dev.reft.ppo.Evaluator;
import dev.reft.random.Seeds;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Measures accuracy: on all test problems in pieces that survive a kill, and on some of them on the way. */
final class Examiner {
    private final RunPlan plan;
    private final RunFolder folder;
    private final RunData data;
    private final ProgressLine line;

    Examiner(RunPlan plan, RunFolder folder, RunData data, ProgressLine line) {
        this.plan = plan;
        this.folder = folder;
        this.data = data;
        this.line = line;
    }

    /** The name under which a contestant's answers to a test set are kept. */
    static String name(String contestant, String set) {
        return contestant + "-" + set.replace(' ', '-');
    }

    /** Whether a contestant has answered everything. */
    boolean complete(String contestant) {
        return data.tests().entrySet().stream()
                .allMatch(set -> folder.answers(name(contestant, set.getKey())).size()
                        == set.getValue().size());
    }

    /** Answers all test problems that have no answer yet, piece by piece. */
    void examine(String contestant, Sampler model) {
        for (Map.Entry<String, List<Prompt>> set : data.tests().entrySet()) {
            String name = name(contestant, set.getKey());
            List<Answer> answers = new ArrayList<>(folder.answers(name));
            List<Prompt> problems = set.getValue();
            line.start("test: " + contestant, answers.size(), problems.size());
            int piece = 4 * plan.evaluation().concurrent();
            while (answers.size() < problems.size()) {
                int end = Math.min(problems.size(), answers.size() + piece);
                answers.addAll(answer(model, problems.subList(answers.size(), end)));
                folder.write(name, answers);
                line.update(answers.size(), accuracy(answers));
            }
            line.end(accuracy(answers) + (set.getKey().equals(RunData.TEST) ? "" : " on " + set.getKey()));
        }
    }

    /** Accuracy on the first test problems, and what the report shows. */
    StageLog.Check check(Sampler model, long step, double seconds) {
        List<Prompt> some = some();
        Set<Prompt> asked = new LinkedHashSet<>(some);
        asked.addAll(shown());
        List<Answer> answers = answer(model, new ArrayList<>(asked));
        List<Answer> counted = answers.subList(0, some.size());
        return new StageLog.Check(step, seconds, right(counted), counted.size(), chosen(answers));
    }

    /** The same from the answers of a full examination. */
    StageLog.Check check(String contestant, long step, double seconds) {
        List<Answer> all = new ArrayList<>();
        data.tests().keySet().forEach(set -> all.addAll(folder.answers(name(contestant, set))));
        List<Answer> counted = all.subList(0, some().size());
        return new StageLog.Check(step, seconds, right(counted), counted.size(), chosen(all));
    }

    /** The test problems that are asked on the way. */
    private List<Prompt> some() {
        List<Prompt> all = test();
        return all.subList(0, Math.min(all.size(), plan.evaluation().problems()));
    }

    /** The questions that the report shows: the first of the test, and the first of a kind never trained on. */
    List<Prompt> shown() {
        List<Prompt> unseen = data.tests().getOrDefault(RunData.UNSEEN, List.of());
        int ofUnseen = Math.min(unseen.size(), plan.evaluation().shown() > 1 ? 1 : 0);
        List<Prompt> all = test();
        List<Prompt> shown = new ArrayList<>(
                all.subList(0, Math.min(all.size(), plan.evaluation().shown() - ofUnseen)));
        shown.addAll(unseen.subList(0, ofUnseen));
        return shown;
    }

    private List<Prompt> test() {
        return data.tests().getOrDefault(RunData.TEST, List.of());
    }

    private List<Answer> chosen(List<Answer> answers) {
        List<Answer> chosen = new ArrayList<>();
        for (Prompt prompt : shown()) {
            answers.stream().filter(a -> a.id().equals(prompt.id())).findFirst().ifPresent(chosen::add);
        }
        return chosen;
    }

    private List<Answer> answer(Sampler model, List<Prompt> problems) {
        Grader grader = data.grader(AnswerScores.BINARY);
        EvaluationConfig config = EvaluationConfig.greedy(plan.maxTokens())
                .withConcurrentSamples(plan.evaluation().concurrent());
        Evaluator evaluator = new Evaluator(model, grader, config);
        try (Ticker ticker = new Ticker(line, evaluator::progress)) {
            return evaluator.evaluate(problems).items().stream()
                    .map(Examiner::answer)
                    .toList();
        }
    }

    private static Answer answer(EvaluationReport.Item item) {
        return Answer.of(item.prompt().id(), item.answers().get(0), item.right());
    }

    static int right(List<Answer> answers) {
        return (int) answers.stream().filter(Answer::right).count();
    }

    private static String accuracy(List<Answer> answers) {
        return String.format(
                Locale.ROOT,
                "accuracy %.1f %% (%d of %d)",
                100.0 * right(answers) / Math.max(1, answers.size()),
                right(answers),
                answers.size());
    }

    /** Seeds of a run's parts; equal runs draw equally. */
    static long seed(RunPlan plan, String part) {
        return Seeds.at(plan.seed(), Seeds.Stream.SHUFFLE, 0, part, 0);
    }
}
