package dev.reft.examples.data;

import dev.reft.examples.data.ProblemFiles.Fields;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * Readers of multiple-choice problems: MathQA as released with the ReFT paper, and AQuA-RAT. Every error names file, row, field and
 * value; an id that comes twice is one.
 */
public final class ChoiceFiles {
    private static final String QUESTION = "question";
    private static final String RATIONALE = "rationale";
    private static final Fields AQUA = new Fields("", QUESTION, RATIONALE, "correct");

    private ChoiceFiles() {}

    /**
     * Reads a JSON list of MathQA's rows as released with the ReFT paper: {@code item_id}, {@code question} with the choices on its last line
     * (either {@code a ) 1 , b ) 2} or {@code ['a ) 1', 'b ) 2']}), {@code answer_value} a letter, and {@code answer_cot} in training files.
     *
     * @param file the file
     * @return its problems
     * @throws java.io.UncheckedIOException if the file cannot be read
     * @throws IllegalArgumentException if it is not such a list
     */
    public static List<ChoiceProblem> mathqa(Path file) {
        List<ChoiceProblem> problems = new ArrayList<>();
        Set<String> ids = new TreeSet<>();
        for (RowLocation row : ProblemFiles.elements(file, Fields.REFT)) {
            String id = row.required(Fields.REFT.id());
            if (!ids.add(id)) {
                throw row.error(Fields.REFT.id(), id, "an earlier row has this id");
            }
            String text = row.required(QUESTION);
            int end = text.lastIndexOf('\n');
            if (end < 0) {
                throw row.error(QUESTION, text, "has no line of choices");
            }
            List<String> options = options(row, text.substring(end + 1).strip());
            problems.add(problem(
                    row,
                    id,
                    text.substring(0, end).strip(),
                    options,
                    Fields.REFT.answer(),
                    row.optional(Fields.REFT.chain()).strip()));
        }
        return all(problems, file);
    }

    /**
     * Reads AQuA-RAT: a JSON object a line with {@code question}, {@code options} (texts that begin with {@code A)} to {@code E)}),
     * {@code rationale} and {@code correct}.
     *
     * @param file the file
     * @return its problems, named {@code aqua_} and the line from 0
     * @throws java.io.UncheckedIOException if the file cannot be read
     * @throws IllegalArgumentException if a row has no such fields
     */
    public static List<ChoiceProblem> aqua(Path file) {
        List<ChoiceProblem> problems = new ArrayList<>();
        ProblemFiles.rows(file, AQUA, row -> {
            JsonNode given = row.node().get("options");
            if (given == null || !given.isArray()) {
                throw row.error("options", given, "must be a list of texts");
            }
            List<String> options = new ArrayList<>();
            for (JsonNode option : given) {
                String text = option.isString() ? option.asString() : "";
                char letter = (char) ('A' + options.size());
                if (!text.startsWith(letter + ")") || text.substring(2).isBlank()) {
                    throw row.error(
                            "options[" + options.size() + "]",
                            option,
                            "must be a text that begins with " + letter + ")");
                }
                options.add(text.substring(2).strip());
            }
            problems.add(problem(
                    row,
                    "aqua_" + (row.row() - 1),
                    row.required(QUESTION).strip(),
                    options,
                    AQUA.answer(),
                    row.optional(RATIONALE).strip()));
        });
        return all(problems, file);
    }

    private static ChoiceProblem problem(
            RowLocation row, String id, String question, List<String> options, String answerField, String rationale) {
        String answer = row.required(answerField).strip().toLowerCase(Locale.ROOT);
        boolean letter = answer.length() == 1 && answer.charAt(0) >= 'a' && answer.charAt(0) < 'a' + options.size();
        if (!letter) {
            throw row.error(answerField, answer, "must be one of the " + options.size() + " choices' letters");
        }
        if (question.isBlank()) {
            throw row.error(QUESTION, row.required(QUESTION), "has nothing but choices");
        }
        return new ChoiceProblem(id, question, options, answer.charAt(0), rationale);
    }

    /** The choices of a line, each from its letter to the next one's; the last goes to the end. */
    private static List<String> options(RowLocation row, String line) {
        boolean list = line.startsWith("[") && line.endsWith("]") && line.length() > 4;
        String rest = list ? line.substring(1, line.length() - 1) : line;
        List<String> options = new ArrayList<>();
        int at = start(rest, 0, 'a', list);
        while (at >= 0) {
            char next = (char) ('b' + options.size());
            int from = at + (list ? 1 : 0) + 4;
            int end = start(rest, from, next, list);
            String text = from <= rest.length()
                    ? rest.substring(from, end < 0 ? rest.length() : end).strip()
                    : "";
            options.add(list ? unquoted(text) : withoutComma(text, end >= 0));
            at = end;
        }
        if (options.size() < 2 || options.stream().anyMatch(String::isBlank)) {
            throw row.error(QUESTION, line, "its last line must hold two choices or more: a ) ... , b ) ...");
        }
        return options;
    }

    /** Where a choice begins: at the start or behind a comma, in a list with a quote. */
    private static int start(String text, int from, char letter, boolean list) {
        String mark = letter + " ) ";
        for (int at = text.indexOf(mark, from); at >= 0; at = text.indexOf(mark, at + 1)) {
            int before = at - (list ? 1 : 0);
            boolean quoted = !list || (before >= 0 && (text.charAt(before) == '\'' || text.charAt(before) == '"'));
            String head = before < 0 ? "" : text.substring(0, before).stripTrailing();
            if (quoted && (head.isEmpty() || head.endsWith(","))) {
                return before;
            }
        }
        return -1;
    }

    private static String withoutComma(String text, boolean another) {
        return another && text.endsWith(",")
                ? text.substring(0, text.length() - 1).strip()
                : text;
    }

    private static String unquoted(String text) {
        String plain = withoutComma(text, true);
        boolean closed = plain.endsWith("'") || plain.endsWith("\"");
        return closed ? plain.substring(0, plain.length() - 1).strip() : plain;
    }

    private static List<ChoiceProblem> all(List<ChoiceProblem> problems, Path file) {
        if (problems.isEmpty()) {
            throw new IllegalArgumentException(file + ": no problem in it");
        }
        return problems;
    }
}
