package dev.reft.examples.generate;

import dev.reft.grading.Prompt;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A maths problem that a model made.
 *
 * @param id names it
 * @param persona who it is about
 * @param question the problem
 * @param answer a decimal number without needless zeros
 * @param agreeing how many of the model's own solutions came to that answer
 * @param solutions how many it was asked for
 */
public record MathsProblem(String id, String persona, String question, String answer, int agreeing, int solutions) {
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,15}(?:\\.\\d{1,9})?");

    /**
     * Checks the problem.
     *
     * @throws IllegalArgumentException if the question is blank, the answer no plain number, or the counts contradict each other
     */
    public MathsProblem {
        if (question.isBlank()) {
            throw new IllegalArgumentException("problem '" + id + "' has no question");
        }
        if (!NUMBER.matcher(answer).matches() || !plain(answer).equals(answer)) {
            throw new IllegalArgumentException("problem '" + id + "': the answer '" + answer + "' is no plain number");
        }
        if (agreeing < 0 || agreeing > solutions) {
            throw new IllegalArgumentException("problem '" + id + "': " + agreeing + " of " + solutions + " agree");
        }
    }

    /** A number without needless zeros: 7, not 7.0 or 07. */
    static String plain(String number) {
        BigDecimal value = new BigDecimal(number);
        return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }

    /**
     * The problem as a prompt with its answer as the reference.
     *
     * @return a text prompt
     */
    public Prompt prompt() {
        return Prompt.text(id, question, answer);
    }

    /**
     * Writes problems, a row each: {@code id, persona, question, answer, agreeing, solutions}.
     *
     * @param file replaced as a whole
     * @param problems the problems
     */
    public static void write(Path file, List<MathsProblem> problems) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (MathsProblem problem : problems) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("id", problem.id());
            row.put("persona", problem.persona());
            row.put("question", problem.question());
            row.put("answer", problem.answer());
            row.put("agreeing", problem.agreeing());
            row.put("solutions", problem.solutions());
            rows.add(row);
        }
        JsonLines.write(file, rows);
    }

    /**
     * Reads problems back and checks them.
     *
     * @param file from {@link #write}
     * @return the problems
     * @throws IllegalArgumentException naming file, row and field, if a row is not as it should be or an id occurs twice
     */
    public static List<MathsProblem> read(Path file) {
        List<MathsProblem> problems = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (JsonRow row : JsonLines.read(file)) {
            if (!ids.add(row.text("id"))) {
                throw row.wrong("id", "must not occur twice");
            }
            try {
                problems.add(new MathsProblem(
                        row.text("id"),
                        row.text("persona"),
                        row.text("question"),
                        row.text("answer"),
                        (int) row.number("agreeing"),
                        (int) row.number("solutions")));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(row.file() + ", row " + row.row() + ": " + e.getMessage(), e);
            }
        }
        return problems;
    }
}
