package dev.reft.examples.tasks;

import dev.reft.graders.programs.SandboxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tasks beyond maths, by name. */
public final class Tasks {
    private static final Map<String, Kind> TASKS = new LinkedHashMap<>();

    static {
        TASKS.put("code", new Kind(CodeTask::open, new Habit(300, 25, 1.5e-4)));
        TASKS.put("puzzle", new Kind(PuzzleTask::new, new Habit(1200, 25, 1.5e-4)));
        // More passes over them leave a model so sure of its answers that its samples are all alike.
        TASKS.put("extraction", new Kind(ExtractionTask::new, new Habit(1000, 5, 3e-4)));
    }

    private Tasks() {}

    /** Makes a task. */
    private interface Opening {
        Task open() throws SandboxException;
    }

    private record Kind(Opening opening, Habit habit) {}

    /**
     * What a task's run has where nobody says otherwise: a warm-up after which reinforcement finds something to pay and samples that
     * differ.
     *
     * @param examples items with an answer to imitate, &gt;= 1
     * @param epochs over them, &gt;= 1
     * @param rate of reinforcement, &gt; 0
     */
    public record Habit(int examples, int epochs, double rate) {}

    /**
     * The tasks there are.
     *
     * @return their names
     */
    public static List<String> names() {
        return List.copyOf(TASKS.keySet());
    }

    /**
     * What a task's run has where nobody says otherwise.
     *
     * @param name of a task
     * @return its sizes and rate
     * @throws IllegalArgumentException if there is no such task
     */
    public static Habit habit(String name) {
        return kind(name).habit();
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
