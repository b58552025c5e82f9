package dev.reft.examples.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Readers of word problems. A byte order mark and blank lines are skipped, a row that repeats an earlier one is left out
 * and counted, and every error names file, row, field and value.
 */
public final class ProblemFiles {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private ProblemFiles() {}

    /**
     * The fields of a row.
     *
     * @param id names the row; where a row lacks it, its number does
     * @param question the question
     * @param chain the chain of thought; a row may lack it
     * @param answer the answer
     */
    public record Fields(String id, String question, String chain, String answer) {
        /** The fields of the data released with the ReFT paper (SVAMP, MathQA). */
        public static final Fields REFT = new Fields("item_id", "question", "answer_cot", "answer_value");
    }

    /**
     * Reads a JSON list of rows as released with the ReFT paper (SVAMP and MathQA, with chains of thought in words or as programs): {@code item_id}, {@code question},
     * {@code answer_value}, and {@code answer_cot} in training files.
     *
     * @param file the file
     * @return its problems; the kind is the id's prefix
     * @throws UncheckedIOException if the file cannot be read
     * @throws IllegalArgumentException if it is not such a list
     */
    public static ProblemSet reft(Path file) {
        ProblemSet.Collector problems = new ProblemSet.Collector();
        for (RowLocation location : elements(file, Fields.REFT)) {
            String id = location.required(Fields.REFT.id());
            int end = id.indexOf('_');
            String kind = end < 0 ? "" : id.substring(0, end);
            problems.add(problem(location, Fields.REFT, kind), location);
        }
        return problems.finish(file.toString());
    }

    /**
     * Reads GSM8K: a JSON object a line with {@code question} and {@code answer}, where the answer is the chain of thought
     * and, after the last {@code ####}, the value. Calculator notes ({@code <<48/2=24>>}) are taken out.
     *
     * @param file the file
     * @return its problems, named {@code gsm8k_} and the line from 0
     * @throws UncheckedIOException if the file cannot be read
     * @throws IllegalArgumentException if a row has no such fields
     */
    public static ProblemSet gsm8k(Path file) {
        ProblemSet.Collector problems = new ProblemSet.Collector();
        rows(file, new Fields("", "question", "", "answer"), location -> {
            String answer = location.required("answer");
            int hashes = answer.lastIndexOf("####");
            String value = hashes < 0 ? "" : answer.substring(hashes + 4).strip();
            if (value.isEmpty()) {
                throw location.error("answer", answer, "no '#### value' in it");
            }
            String chain = withoutNotes(answer.substring(0, hashes)).strip();
            String id = "gsm8k_" + (location.row() - 1);
            problems.add(
                    new Problem(id, "gsm8k", location.required("question").strip(), chain, value.replace(",", "")),
                    location);
        });
        return problems.finish(file.toString());
    }

    /**
     * Reads a JSON object a line with fields of any names.
     *
     * @param file the file
     * @param fields how the fields are called
     * @return its problems; a row without an id is called {@code row_} and its line from 1
     * @throws UncheckedIOException if the file cannot be read
     * @throws IllegalArgumentException if a row has no such fields
     */
    public static ProblemSet lines(Path file, Fields fields) {
        ProblemSet.Collector problems = new ProblemSet.Collector();
        rows(file, fields, location -> problems.add(problem(location, fields, ""), location));
        return problems.finish(file.toString());
    }

    private static Problem problem(RowLocation location, Fields fields, String kind) {
        String id = location.optional(fields.id());
        return new Problem(
                id.isBlank() ? "row_" + location.row() : id,
                kind,
                location.required(fields.question()).strip(),
                location.optional(fields.chain()).strip(),
                plainNumber(location.required(fields.answer()).strip()));
    }

    /** The rows of a file that holds a JSON list. */
    static List<RowLocation> elements(Path file, Fields fields) {
        JsonNode root = parse(text(file), file.toString(), 0);
        if (!root.isArray()) {
            throw new IllegalArgumentException(file + ": must hold a list of rows, found " + root.getNodeType());
        }
        List<RowLocation> rows = new ArrayList<>();
        for (JsonNode node : root) {
            rows.add(location(file, rows.size() + 1, fields, node));
        }
        return rows;
    }

    /** The rows of a file with a JSON object a line. */
    static void rows(Path file, Fields fields, Consumer<RowLocation> reader) {
        List<String> lines = text(file).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                reader.accept(location(file, i + 1, fields, parse(lines.get(i), file.toString(), i + 1)));
            }
        }
    }

    private static RowLocation location(Path file, int row, Fields fields, JsonNode node) {
        if (!node.isObject()) {
            throw new IllegalArgumentException(
                    file + ", row " + row + ": must be an object, found " + node.getNodeType());
        }
        return new RowLocation(file.toString(), row, fields.id(), node);
    }

    private static JsonNode parse(String json, String file, int row) {
        try {
            return JSON.readTree(json);
        } catch (JacksonException e) {
            String where =
                    row > 0 ? ", row " + row : ", line " + e.getLocation().getLineNr();
            throw new IllegalArgumentException(file + where + ": no valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static String text(Path file) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(file + ": is not UTF-8", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SVAMP says 203.0 where 203 is meant; the model should not have to learn the ".0". */
    private static String plainNumber(String value) {
        return value.endsWith(".0") && value.length() > 2 ? value.substring(0, value.length() - 2) : value;
    }

    private static String withoutNotes(String chain) {
        StringBuilder out = new StringBuilder(chain.length());
        int at = 0;
        for (int open = chain.indexOf("<<"); open >= 0; open = chain.indexOf("<<", at)) {
            int close = chain.indexOf(">>", open);
            if (close < 0) {
                break;
            }
            out.append(chain, at, open);
            at = close + 2;
        }
        return out.append(chain, at, chain.length()).toString();
    }
}
