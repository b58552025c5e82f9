package dev.reft.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Scores for many threads. Whoever's turn it is takes with it the waiting batches that want the same outputs, as far as a
 * pass holds them; so batches merge exactly when the model is busy, and nobody waits for company.
 */
final class ScoreQueue {
    private final Scorer scorer;
    private final Turns turns;
    private final Deque<Job> waiting = new ArrayDeque<>();

    ScoreQueue(Scorer scorer, Turns turns) {
        this.scorer = scorer;
        this.turns = turns;
    }

    private static final class Job {
        private final TokenBatch batch;
        private final Set<Output> wanted;
        private @Nullable TokenScores scores;
        private @Nullable RuntimeException failure;

        Job(TokenBatch batch, Set<Output> wanted) {
            this.batch = batch;
            this.wanted = Set.copyOf(wanted);
        }

        long tokens() {
            long tokens = 0;
            for (int i = 0; i < batch.size(); i++) {
                tokens += batch.row(i).tokens().length;
            }
            return tokens;
        }

        boolean done() {
            return scores != null || failure != null;
        }
    }

    TokenScores score(TokenBatch batch, Set<Output> wanted) {
        Job job = new Job(batch, wanted);
        synchronized (waiting) {
            waiting.add(job);
        }
        try {
            return turns.take(() -> {
                if (!job.done()) {
                    run(withCompany(job));
                }
                return result(job);
            });
        } finally {
            synchronized (waiting) {
                waiting.remove(job);
            }
        }
    }

    private static TokenScores result(Job job) {
        if (job.failure != null) {
            throw job.failure;
        }
        if (job.scores == null) {
            throw new IllegalStateException("the batch was neither scored nor refused");
        }
        return job.scores;
    }

    private List<Job> withCompany(Job first) {
        List<Job> jobs = new ArrayList<>(List.of(first));
        long tokens = first.tokens();
        synchronized (waiting) {
            Iterator<Job> others = waiting.iterator();
            while (others.hasNext()) {
                Job other = others.next();
                if (other == first) {
                    others.remove();
                } else if (other.wanted.equals(first.wanted)
                        && tokens + other.tokens() <= scorer.info().tokensPerPass()) {
                    tokens += other.tokens();
                    jobs.add(other);
                    others.remove();
                }
            }
        }
        return jobs;
    }

    /** A failure of merged batches may be one batch's fault: then each is scored alone. */
    private void run(List<Job> jobs) {
        try {
            split(jobs, scorer.score(merged(jobs), jobs.get(0).wanted));
        } catch (RuntimeException e) {
            if (jobs.size() == 1) {
                jobs.get(0).failure = e;
                return;
            }
            jobs.forEach(job -> run(List.of(job)));
        }
    }

    private static TokenBatch merged(List<Job> jobs) {
        if (jobs.size() == 1) {
            return jobs.get(0).batch;
        }
        List<Row> rows = new ArrayList<>();
        for (Job job : jobs) {
            for (int i = 0; i < job.batch.size(); i++) {
                rows.add(job.batch.row(i));
            }
        }
        return TokenBatch.of(rows);
    }

    private static void split(List<Job> jobs, TokenScores scores) {
        int from = 0;
        for (Job job : jobs) {
            Map<Output, float[][]> channels = new EnumMap<>(Output.class);
            for (Map.Entry<Output, float[][]> channel : scores.channels().entrySet()) {
                channels.put(channel.getKey(), Arrays.copyOfRange(channel.getValue(), from, from + job.batch.size()));
            }
            job.scores = new TokenScores(job.batch, channels);
            from += job.batch.size();
        }
    }
}
