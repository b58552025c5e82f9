package dev.reft.graders.execution;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes each grading to an {@link AuditLog}: what was extracted, what it was compared with, what was decided and why, and how long that
 * took. A grading that cannot be logged fails: a log with holes proves nothing.
 *
 * @param grader what is logged
 * @param name of the grader in the log
 * @param log where to
 */
public record AuditedGrader(Grader grader, String name, AuditLog log) implements Grader {
    /** Characters of a text that are logged; the rest is cut. */
    public static final int LONGEST = 10_000;

    /**
     * Grades and logs.
     *
     * @throws IOException if the log cannot be written
     * @throws Exception what the grader throws, logged as a failure
     */
    @Override
    public Grade grade(Prompt prompt, Completion completion) throws Exception {
        long start = System.nanoTime();
        Grade grade;
        try {
            grade = grader.grade(prompt, completion);
        } catch (Exception e) {
            try {
                log.write(entry(prompt, completion, new Grade.Failed(e, 1), start));
            } catch (IOException unwritten) {
                e.addSuppressed(unwritten);
            }
            throw e;
        }
        log.write(entry(prompt, completion, grade, start));
        return grade;
    }

    private Map<String, Object> entry(Prompt prompt, Completion completion, Grade grade, long start) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("time", Instant.now().toString());
        entry.put("grader", name);
        entry.put("prompt", prompt.id());
        entry.put("sample", completion.sample());
        entry.put("completion", cut(completion.text()));
        entry.put("finish", completion.finish().toString());
        entry.put("reference", cut(prompt.reference()));
        if (grade instanceof Grade.Score score) {
            entry.put("outcome", "score");
            entry.put("score", score.value());
            entry.put("parts", new TreeMap<>(score.parts()));
            entry.put("extracted", cut(score.extracted()));
            entry.put("explanation", cut(score.explanation()));
        } else if (grade instanceof Grade.None none) {
            entry.put("outcome", "none");
            entry.put("explanation", cut(none.why()));
        } else if (grade instanceof Grade.Failed failed) {
            entry.put("outcome", "failed");
            entry.put("explanation", cut(String.valueOf(failed.cause())));
            entry.put("attempts", failed.attempts());
        } else {
            entry.put("outcome", String.valueOf(grade));
        }
        entry.put("millis", (System.nanoTime() - start) / 1_000_000.0);
        return entry;
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + " ...";
    }
}
