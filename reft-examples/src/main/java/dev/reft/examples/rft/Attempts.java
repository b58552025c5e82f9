package dev.reft.examples.rft;

import dev.reft.ppo.data.JsonLines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The attempts of a run: the first starts at step 0, each further one at the checkpoint that the run went back to.
 *
 * @param file where they are recorded
 * @param all in order, at least one
 */
record Attempts(Path file, List<Attempt> all) {
    /**
     * One attempt.
     *
     * @param number from 0
     * @param base the step that it begins after
     * @param why it began, "" for the first
     */
    record Attempt(int number, long base, String why) {
        /** The folder of its checkpoints. */
        String stage() {
            return "rft-" + number;
        }

        /** What its learning rates are multiplied by: a half for each time that the run went back. */
        double rateFactor() {
            return Math.pow(0.5, number);
        }
    }

    Attempts {
        all = List.copyOf(all);
    }

    static Attempts open(Path file) {
        List<Attempt> all = new ArrayList<>();
        if (Files.isRegularFile(file)) {
            JsonLines.read(file)
                    .forEach(row -> all.add(new Attempt(all.size(), (long) row.number("base"), row.text("why"))));
        }
        return new Attempts(file, all.isEmpty() ? List.of(new Attempt(0, 0, "")) : all);
    }

    Attempt last() {
        return all.get(all.size() - 1);
    }

    /** With one attempt more, recorded before it begins. */
    Attempts back(long base, String why) {
        List<Attempt> more = new ArrayList<>(all);
        more.add(new Attempt(all.size(), base, why));
        List<Map<String, Object>> lines = new ArrayList<>();
        for (Attempt attempt : more) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("attempt", attempt.number());
            line.put("base", attempt.base());
            line.put("why", attempt.why().isEmpty() ? "start" : attempt.why());
            lines.add(line);
        }
        JsonLines.write(file, lines);
        return new Attempts(file, more);
    }

    /** Whether a step of an attempt is among those that led to where the run is now. */
    boolean leads(int attempt, long step) {
        for (Attempt later : all) {
            if (later.number() > attempt && step > later.base()) {
                return false;
            }
        }
        return true;
    }
}
