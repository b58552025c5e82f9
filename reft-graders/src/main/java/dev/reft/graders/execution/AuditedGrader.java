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
 * took. The outcome is {@code score}, {@code none}, {@code failed} (whatever was thrown, errors and time-outs included), or
 * {@code cancelled} where the grading was called off with the run. A grading that cannot be logged fails: a log with holes proves nothing.
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
     * @throws Exception what the grader throws, logged
     */
    @Override
    public Grade grade(Prompt prompt, Completion completion) throws Exception {
        long start = System.nanoTime();
        Grade grade;
        try {
            grade = grader.grade(prompt, completion);
        } catch (Exception | Error e) {
            try {
                Map<String, Object> entry = entry(prompt, completion);
                entry.put("outcome", CalledOff.is(e) ? "cancelled" : "failed");
                entry.put("explanation", cut(e.toString()));
                write(entry, start);
            } catch (IOException unwritten) {
                e.addSuppressed(unwritten);
            }
            throw e;
        }
        Map<String, Object> entry = entry(prompt, completion);
        decided(entry, grade);
        write(entry, start);
        return grade;
    }

    private void write(Map<String, Object> entry, long start) throws IOException {
        entry.put("millis", (System.nanoTime() - start) / 1_000_000.0);
        log.write(entry);
    }

    private Map<String, Object> entry(Prompt prompt, Completion completion) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("time", Instant.now().toString());
        entry.put("grader", name);
        entry.put("prompt", prompt.id());
        entry.put("sample", completion.sample());
        entry.put("completion", cut(completion.text()));
        entry.put("finish", completion.finish().toString());
        entry.put("reference", cut(prompt.reference()));
        return entry;
    }

    private static void decided(Map<String, Object> entry, Grade grade) {
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
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + " ...";
    }
}
