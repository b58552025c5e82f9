package dev.reft.graders.execution;

import dev.reft.generation.Completion;
import dev.reft.graders.InTime;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Remembers grades by (grader, sample, item): a completion that was graded is not graded again, and one that is being graded is waited
 * for. Scores and nones are kept, failures never. For graders whose verdict depends on nothing else; a judge that samples gives the first
 * verdict each time.
 */
public final class CachingGrader implements Grader {
    private final Grader grader;
    private final String id;
    private final Map<String, CompletableFuture<Grade>> grades;
    private final AtomicLong hits = new AtomicLong();
    private final AtomicLong misses = new AtomicLong();

    /**
     * Puts a cache before a grader.
     *
     * @param grader what is asked on a miss
     * @param id names the grader and its settings, such as its JSON
     * @param capacity grades that are kept, &gt;= 1; the least recently used goes first
     * @throws IllegalArgumentException if the capacity is below 1
     */
    public CachingGrader(Grader grader, String id, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("cache of " + capacity + " grades");
        }
        this.grader = grader;
        this.id = id;
        this.grades = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, CompletableFuture<Grade>> eldest) {
                return size() > capacity;
            }
        };
    }

    @Override
    public Grade grade(Prompt prompt, Completion completion) throws Exception {
        String key = InTime.get(() -> GradeKey.of(id, prompt, completion));
        while (true) {
            CompletableFuture<Grade> own = new CompletableFuture<>();
            CompletableFuture<Grade> first;
            synchronized (grades) {
                first = grades.putIfAbsent(key, own);
            }
            if (first == null) {
                misses.incrementAndGet();
                return compute(key, own, prompt, completion);
            }
            try {
                Grade grade = first.get(Deadline.current().remaining().toNanos(), TimeUnit.NANOSECONDS);
                hits.incrementAndGet();
                return grade;
            } catch (ExecutionException e) {
                // Its failure is not ours: the entry is gone, so this thread asks the grader itself.
                Deadline.current().check();
            }
        }
    }

    private Grade compute(String key, CompletableFuture<Grade> own, Prompt prompt, Completion completion)
            throws Exception {
        boolean kept = false;
        try {
            Grade grade = grader.grade(prompt, completion);
            kept = grade != null && !(grade instanceof Grade.Failed);
            if (kept) {
                own.complete(grade);
            }
            return grade;
        } finally {
            if (!kept) {
                synchronized (grades) {
                    grades.remove(key, own);
                }
                own.completeExceptionally(new IllegalStateException("the grading failed"));
            }
        }
    }

    /**
     * Gradings that were answered from the cache.
     *
     * @return &gt;= 0
     */
    public long hits() {
        return hits.get();
    }

    /**
     * Gradings that reached the grader.
     *
     * @return &gt;= 0
     */
    public long misses() {
        return misses.get();
    }
}
