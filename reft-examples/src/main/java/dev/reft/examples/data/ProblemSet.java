package dev.reft.examples.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The problems of a file.
 *
 * @param problems in the order of the file, ids unique
 * @param duplicates rows that said the same as an earlier one and were left out
 */
public record ProblemSet(List<Problem> problems, int duplicates) {
    /** Copies the list. */
    public ProblemSet {
        problems = List.copyOf(problems);
    }

    /** Collects rows, dropping those that repeat an earlier one word for word. */
    static final class Collector {
        private final List<Problem> problems = new ArrayList<>();
        private final Map<String, Problem> byId = new HashMap<>();
        private int duplicates;

        /** Adds a row; the location is for the message if the id is taken by another problem. */
        void add(Problem problem, RowLocation location) {
            Problem known = byId.putIfAbsent(problem.id(), problem);
            if (known == null) {
                problems.add(problem);
            } else if (known.equals(problem)) {
                duplicates++;
            } else {
                throw location.error(
                        location.idField(), problem.id(), "an earlier row has this id and another content");
            }
        }

        ProblemSet finish(String file) {
            if (problems.isEmpty()) {
                throw new IllegalArgumentException(file + ": no problem in it");
            }
            return new ProblemSet(problems, duplicates);
        }
    }
}
