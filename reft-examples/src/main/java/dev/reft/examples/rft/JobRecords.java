package dev.reft.examples.rft;

import dev.reft.examples.rft.Attempts.Attempt;
import dev.reft.examples.run.RunFolder;
import dev.reft.io.AtomicFiles;
import dev.reft.model.Policy;
import dev.reft.ppo.watch.BestCheckpoints;
import dev.reft.ppo.watch.CheckpointShelf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a job's run writes down: metrics, events, attempts and its best checkpoints. */
final class JobRecords {
    private static final String STATE = "policy";
    private static final String ATTEMPT = "attempt";

    private final RunLog metrics;
    private final JobEvents events;
    private final CheckpointShelf shelf;
    private final Path stop;
    private Attempts attempts;

    JobRecords(RunFolder folder, String job) {
        metrics = new RunLog(folder.path("metrics.jsonl"));
        events = new JobEvents(
                new RunLog(folder.path("events.jsonl")),
                new RunLog(folder.path("checkpoints.jsonl")),
                job.substring(0, Math.min(12, job.length())));
        shelf = CheckpointShelf.open(folder.path("best"), BestCheckpoints.KEPT);
        attempts = Attempts.open(folder.path("attempts.jsonl"));
        stop = folder.path("stopped.txt");
    }

    Attempts attempts() {
        return attempts;
    }

    JobEvents events() {
        return events;
    }

    BestCheckpoints best() {
        return shelf.best();
    }

    /** What was written after the last checkpoint will be done again. */
    void forget(Attempt attempt, long step) {
        metrics.keep(row -> RunLog.number(row, ATTEMPT) < attempt.number()
                || (RunLog.number(row, ATTEMPT) == attempt.number() && RunLog.number(row, "step") <= step));
        events.keep(attempt.number(), step);
    }

    /** A row of the metrics: numbers that are finite. */
    void add(Attempt attempt, long step, Map<String, Double> numbers) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("step", step);
        row.put(ATTEMPT, attempt.number());
        numbers.forEach((name, value) -> {
            if (Double.isFinite(value)) {
                row.put(name, value);
            }
        });
        metrics.add(row);
    }

    /** A further attempt, recorded before it begins. */
    void back(long base, String why) {
        attempts = attempts.back(base, why);
    }

    /** Why the run was stopped; "" if it was not. */
    String stopped() {
        try {
            return Files.isRegularFile(stop) ? Files.readString(stop).strip() : "";
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + stop, e);
        }
    }

    /** The run ends here, also for a later call; gives back why. */
    String stop(String why) {
        try {
            AtomicFiles.writeText(stop, why + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + stop, e);
        }
        return why;
    }

    /** The rows that led to where the run is: without those that it went back from. */
    List<Map<String, Object>> way() {
        return way(metrics, attempts);
    }

    static List<Map<String, Object>> way(RunLog metrics, Attempts attempts) {
        return metrics.rows().stream()
                .filter(row -> attempts.leads((int) RunLog.number(row, ATTEMPT), (long) RunLog.number(row, "step")))
                .toList();
    }

    /** The last number of a name, also of a way that was left; NaN if there is none. */
    double last(String name) {
        double last = Double.NaN;
        for (Map<String, Object> row : metrics.rows()) {
            double value = RunLog.number(row, name);
            last = Double.isNaN(value) ? last : value;
        }
        return last;
    }

    /**
     * Keeps a checkpoint if it is among the best. One of the same step from a way that was left gives way to a better one only.
     *
     * @param metrics what was measured on it
     */
    void offer(Policy policy, Attempt attempt, long step, double score, Map<String, Double> metrics) {
        boolean better = best().entries().stream().anyMatch(e -> e.step() == step && e.score() > score);
        if (!Double.isFinite(score) || better) {
            return;
        }
        boolean kept = shelf.offer(step, score, target -> {
            try {
                policy.saveState(Files.createDirectories(target.resolve(STATE)));
                Files.writeString(target.resolve(ATTEMPT), String.valueOf(attempt.number()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        if (kept) {
            events.checkpoint(
                    attempt.number(), step, String.valueOf(shelf.path(step).getFileName()), metrics);
        }
    }

    /**
     * The last good checkpoint before a step: of those kept, on the way that led there, the one with the best held-out reward, of equals
     * the earlier.
     */
    BestCheckpoints goodOnTheWay() {
        return new BestCheckpoints(
                best().keep(),
                best().entries().stream()
                        .filter(entry -> attempts.leads(attemptOf(entry.step()), entry.step()))
                        .toList());
    }

    private int attemptOf(long step) {
        Path file = shelf.path(step).resolve(ATTEMPT);
        try {
            return Integer.parseInt(Files.readString(file).strip());
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file, e);
        }
    }

    /** Puts the policy where a kept checkpoint has it. */
    void restore(Policy policy, long step) {
        policy.restoreState(shelf.path(step).resolve(STATE));
    }

    /** The best checkpoint. */
    Optional<BestCheckpoints.Entry> bestOfAll() {
        return best().entries().stream().findFirst();
    }
}
