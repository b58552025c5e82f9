package dev.reft.examples.run;

import dev.reft.graders.AnswerScores;
import dev.reft.grading.Prompt;
import dev.reft.model.Sampler;
import dev.reft.ppo.EvaluationReport;
import dev.reft.ppo.Evaluator;
import dev.reft.ppo.evaluation.Diversity;
import dev.reft.ppo.evaluation.Ranker;
import dev.reft.ppo.evaluation.Selection;
import dev.reft.ppo.evaluation.SelectionReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Several answers to each test problem, of which one is chosen: the one that most samples give, and the one that a reward model
 * likes best. One sampling serves both, and tells how different the answers are. Every answer is kept in a file, and pieces survive a kill.
 */
final class Ballot {
    /** After a contestant's name, for what its votes chose. */
    static final String VOTE = "-vote";

    /** After a contestant's name, for what the reward model chose. */
    static final String RERANK = "-rerank";

    /**
     * What came of some problems, or of all.
     *
     * @param sampling seconds of sampling
     * @param ranking seconds of the reward model
     * @param voted what the votes chose
     * @param ranked what the reward model chose
     * @param diversity how different the answers to each problem are
     */
    record Count(double sampling, double ranking, List<Answer> voted, List<Answer> ranked, List<Diversity> diversity) {
        Count {
            voted = List.copyOf(voted);
            ranked = List.copyOf(ranked);
            diversity = List.copyOf(diversity);
        }

        static final Count NONE = new Count(0, 0, List.of(), List.of(), List.of());

        Count and(Count more) {
            return new Count(
                    sampling + more.sampling,
                    ranking + more.ranking,
                    joined(voted, more.voted),
                    joined(ranked, more.ranked),
                    joined(diversity, more.diversity));
        }

        private static <T> List<T> joined(List<T> first, List<T> second) {
            List<T> all = new ArrayList<>(first);
            all.addAll(second);
            return all;
        }
    }

    private final Stages stages;
    private final int samples;

    Ballot(Stages stages, int samples) {
        this.stages = stages;
        this.samples = samples;
    }

    /** Whether everything has been chosen. */
    boolean complete(String contestant) {
        return stages.folder().ballot(contestant).isPresent();
    }

    /** Samples, votes and reranks what has not been chosen yet. */
    void hold(String contestant, Sampler model, Ranker ranker) {
        Count all = Count.NONE;
        stages.line().start("vote: " + contestant, 0, test().size());
        int piece = Math.max(1, 4 * stages.plan().evaluation().concurrent() / samples);
        for (int start = 0; start < test().size(); start += piece) {
            List<Prompt> problems = test().subList(start, Math.min(test().size(), start + piece));
            String file = String.format(Locale.ROOT, "votes/%s-%05d", contestant, start);
            Count count = stages.folder().ballotPiece(file).orElseGet(() -> {
                Count fresh = count(model, ranker, problems, file);
                stages.folder().writePiece(file, fresh);
                return fresh;
            });
            all = all.and(count);
            stages.line().update(all.voted().size(), shares(all));
        }
        stages.folder().write(Examiner.name(contestant + VOTE, RunData.TEST), all.voted());
        stages.folder().write(Examiner.name(contestant + RERANK, RunData.TEST), all.ranked());
        stages.folder().write(contestant, all);
        stages.line().end(shares(all));
    }

    private Count count(Sampler model, Ranker ranker, List<Prompt> problems, String file) {
        long start = System.nanoTime();
        EvaluationReport report = new Evaluator(
                        model, stages.data().grader(AnswerScores.BINARY), Samples.draws(stages, samples, "votes"))
                .evaluate(problems);
        double sampling = (System.nanoTime() - start) / 1e9;
        SelectionReport votes = SelectionReport.of(report, Selection.majority(), samples);
        start = System.nanoTime();
        SelectionReport ranks = SelectionReport.of(report, Selection.best(ranker), samples);
        double ranking = (System.nanoTime() - start) / 1e9;
        votes.writeAudit(stages.folder().path(file + "-vote.jsonl"));
        ranks.writeAudit(stages.folder().path(file + "-rerank.jsonl"));
        List<Diversity> diversity = report.items().stream().map(Diversity::of).toList();
        return new Count(sampling, ranking, chosen(votes), chosen(ranks), diversity);
    }

    private static List<Answer> chosen(SelectionReport report) {
        return report.choices().stream()
                .map(choice -> {
                    String id = choice.item().prompt().id();
                    return choice.chosen() < 0
                            ? new Answer(id, "", "", false, true)
                            : Answer.of(id, choice.item().answers().get(choice.chosen()), choice.right());
                })
                .toList();
    }

    private List<Prompt> test() {
        return stages.data().tests().getOrDefault(RunData.TEST, List.of());
    }

    private static String shares(Count count) {
        return String.format(
                Locale.ROOT,
                "majority %.1f %%, reranked %.1f %%",
                100.0
                        * Examiner.right(count.voted())
                        / Math.max(1, count.voted().size()),
                100.0
                        * Examiner.right(count.ranked())
                        / Math.max(1, count.ranked().size()));
    }
}
