package dev.reft.examples.run;

import dev.reft.graders.AnswerScores;
import dev.reft.grading.Prompt;
import dev.reft.model.Sampler;
import dev.reft.ppo.EvaluationReport;
import dev.reft.ppo.Evaluator;
import dev.reft.ppo.evaluation.Ranker;
import dev.reft.ppo.evaluation.Selection;
import dev.reft.ppo.evaluation.SelectionReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Several answers to each test problem, of which one is chosen: the one that most samples give, and the one that a reward model
 * likes best. One sampling serves both. Every answer is kept in a file, and pieces survive a kill.
 */
final class Ballot {
    /** After a contestant's name, for what its votes chose. */
    static final String VOTE = "-vote";

    /** After a contestant's name, for what the reward model chose. */
    static final String RERANK = "-rerank";

    private final Stages stages;
    private final int samples;

    Ballot(Stages stages, int samples) {
        this.stages = stages;
        this.samples = samples;
    }

    /** Whether everything has been chosen. */
    boolean complete(String contestant) {
        return answers(contestant + VOTE).size() == test().size()
                && answers(contestant + RERANK).size() == test().size();
    }

    /** Samples, votes and reranks what has not been chosen yet. */
    void hold(String contestant, Sampler model, Ranker ranker) {
        List<Answer> voted = new ArrayList<>(answers(contestant + VOTE));
        List<Answer> ranked = new ArrayList<>(answers(contestant + RERANK));
        stages.line().start("vote: " + contestant, ranked.size(), test().size());
        int piece = Math.max(1, 4 * stages.plan().evaluation().concurrent() / samples);
        while (ranked.size() < test().size()) {
            int start = ranked.size();
            List<Prompt> problems = test().subList(start, Math.min(test().size(), start + piece));
            EvaluationReport report = sample(model, problems);
            SelectionReport votes = SelectionReport.of(report, Selection.majority(), samples);
            SelectionReport ranks = SelectionReport.of(report, Selection.best(ranker), samples);
            String file = String.format(Locale.ROOT, "votes/%s-%05d", contestant, start);
            votes.writeAudit(stages.folder().path(file + "-vote.jsonl"));
            ranks.writeAudit(stages.folder().path(file + "-rerank.jsonl"));
            voted = new ArrayList<>(voted.subList(0, start));
            voted.addAll(chosen(votes));
            ranked.addAll(chosen(ranks));
            stages.folder().write(Examiner.name(contestant + VOTE, RunData.TEST), voted);
            stages.folder().write(Examiner.name(contestant + RERANK, RunData.TEST), ranked);
            stages.line().update(ranked.size(), shares(voted, ranked));
        }
        stages.line().end(shares(voted, ranked));
    }

    private EvaluationReport sample(Sampler model, List<Prompt> problems) {
        return new Evaluator(model, stages.data().grader(AnswerScores.BINARY), Samples.draws(stages, samples, "votes"))
                .evaluate(problems);
    }

    private static List<Answer> chosen(SelectionReport report) {
        return report.choices().stream()
                .map(choice -> {
                    if (choice.chosen() < 0) {
                        return new Answer(choice.item().prompt().id(), "", "", false);
                    }
                    EvaluationReport.Answer answer = choice.item().answers().get(choice.chosen());
                    return new Answer(
                            choice.item().prompt().id(),
                            answer.completion().text(),
                            answer.extracted().orElse(""),
                            choice.right());
                })
                .toList();
    }

    private List<Answer> answers(String contestant) {
        return stages.folder().answers(Examiner.name(contestant, RunData.TEST));
    }

    private List<Prompt> test() {
        return stages.data().tests().getOrDefault(RunData.TEST, List.of());
    }

    private static String shares(List<Answer> voted, List<Answer> ranked) {
        return String.format(
                Locale.ROOT,
                "majority %.1f %%, reranked %.1f %%",
                100.0 * Examiner.right(voted) / Math.max(1, voted.size()),
                100.0 * Examiner.right(ranked) / Math.max(1, ranked.size()));
    }
}
