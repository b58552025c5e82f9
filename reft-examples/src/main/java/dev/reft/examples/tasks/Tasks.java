package dev.reft.examples.tasks;

import dev.reft.graders.programs.SandboxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tasks beyond maths, by name. */
public final class Tasks {
    private static final Map<String, Opening> TASKS = new LinkedHashMap<>();

    static {
        TASKS.put("code", CodeTask::open);
        TASKS.put("puzzle", PuzzleTask::new);
        TASKS.put("extraction", ExtractionTask::new);
    }

    private Tasks() {}

    /** Makes a task. */
    private interface Opening {
        Task open() throws SandboxException;
    }

    /**
     * The tasks there are.
     *
     * @return their names
     */
    public static List<String> names() {
        return List.copyOf(TASKS.keySet());
    }

    static Task open(String name) {
        Opening opening = TASKS.get(name);
        if (opening == null) {
            throw new IllegalArgumentException("there is no task '" + name + "'; there are " + TASKS.keySet());
        }
        try {
            return opening.open();
        } catch (SandboxException e) {
            throw new IllegalStateException("task '" + name + "': " + e.getMessage(), e);
        }
    }
}
