package dev.reft.examples.tasks;

import dev.reft.graders.programs.SandboxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tasks beyond maths, by name. */
public final class Tasks {
    private static final Map<String, Kind> TASKS = new LinkedHashMap<>();

    static {
        TASKS.put("code", new Kind(CodeTask::open, 300));
        TASKS.put("puzzle", new Kind(PuzzleTask::new, 1200));
        TASKS.put("extraction", new Kind(ExtractionTask::new, 1000));
    }

    private Tasks() {}

    /** Makes a task. */
    private interface Opening {
        Task open() throws SandboxException;
    }

    /** A task, and how many examples its warm-up wants so that reinforcement finds something to pay. */
    private record Kind(Opening opening, int examples) {}

    /**
     * The tasks there are.
     *
     * @return their names
     */
    public static List<String> names() {
        return List.copyOf(TASKS.keySet());
    }

    /**
     * How many items with an answer to imitate a task's warm-up has, if nobody says otherwise.
     *
     * @param name of a task
     * @return &gt;= 1
     * @throws IllegalArgumentException if there is no such task
     */
    public static int examples(String name) {
        return kind(name).examples();
    }

    private static Kind kind(String name) {
        Kind kind = TASKS.get(name);
        if (kind == null) {
            throw new IllegalArgumentException("there is no task '" + name + "'; there are " + TASKS.keySet());
        }
        return kind;
    }

    static Task open(String name) {
        Kind kind = kind(name);
        try {
            return kind.opening().open();
        } catch (SandboxException e) {
            throw new IllegalStateException("task '" + name + "': " + e.getMessage(), e);
        }
    }
}
