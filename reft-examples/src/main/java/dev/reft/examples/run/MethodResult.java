package dev.reft.examples.run;

import dev.reft.ppo.evaluation.Diversity;
import dev.reft.ppo.statistics.Outcomes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the methods of a run came to under one seed: {@link MethodTable} puts several together. */
public final class MethodResult {
    /**
     * A contestant under a seed.
     *
     * @param greedy what its likeliest answers solve
     * @param facts what it cost; empty for the warm-up, which is in none of the others' costs
     * @param ballot what its votes and the reranker chose; empty if there was no vote
     * @param voted what the votes solve
     * @param reranked what the reranked answers solve
     */
    record Entry(
            Outcomes greedy,
            Optional<Facts> facts,
            Optional<Ballot.Count> ballot,
            Optional<Outcomes> voted,
            Optional<Outcomes> reranked) {
        /** How different the sampled answers are. */
        Optional<Diversity> diversity() {
            return ballot.map(count -> Diversity.mean(count.diversity()));
        }
    }

    private final Map<String, Entry> entries;
    private final Optional<Facts> reranker;
    private final int votes;

    MethodResult(Map<String, Entry> entries, Optional<Facts> reranker, int votes) {
        this.entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        this.reranker = reranker;
        this.votes = votes;
    }

    /** Reads what a finished run left. */
    static MethodResult of(Stages stages, List<String> contestants, int votes) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (String name : contestants) {
            Optional<Ballot.Count> ballot =
                    votes == 0 ? Optional.empty() : stages.folder().ballot(name);
            Optional<Facts> facts = name.equals(Stages.WARM_UP)
                    ? stages.folder().finished(name).map(log -> Facts.of(stages.chains(), log))
                    : stages.folder().facts(name);
            entries.put(
                    name,
                    new Entry(
                            outcomes(stages, stages.folder().answers(Examiner.name(name, RunData.TEST))),
                            facts,
                            ballot,
                            ballot.map(count -> outcomes(stages, count.voted())),
                            ballot.map(count -> outcomes(stages, count.ranked()))));
        }
        return new MethodResult(entries, stages.folder().facts(Election.RERANKER), votes);
    }

    private static Outcomes outcomes(Stages stages, List<Answer> answers) {
        Map<String, Boolean> right = new LinkedHashMap<>();
        // Another seed generates another problem under the same id; a file's problem is the same under every seed.
        boolean generated = stages.plan().data().kind() == RunPlan.DataKind.WORDS;
        for (Answer answer : answers) {
            right.put((generated ? stages.plan().seed() + "/" : "") + answer.id(), answer.right());
        }
        return Outcomes.of(right);
    }

    /**
     * The contestants, the warm-up first and ReFT last.
     *
     * @return their names
     */
    public List<String> contestants() {
        return new ArrayList<>(entries.keySet());
    }

    Entry entry(String contestant) {
        Entry entry = entries.get(contestant);
        if (entry == null) {
            throw new IllegalArgumentException("there is no contestant '" + contestant + "' among " + entries.keySet());
        }
        return entry;
    }

    /** What the reranker cost. */
    Optional<Facts> reranker() {
        return reranker;
    }

    /** Answers that stood for choice at each problem. */
    int votes() {
        return votes;
    }
}
