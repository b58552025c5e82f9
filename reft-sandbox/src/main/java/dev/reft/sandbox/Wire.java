package dev.reft.sandbox;

import dev.reft.graders.PythonText;
import dev.reft.graders.programs.ProgramInspection;
import dev.reft.graders.programs.ProgramOutcome;
import dev.reft.graders.programs.ProgramTask;
import dev.reft.graders.programs.PythonValue;
import dev.reft.graders.programs.SandboxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tasks and answers as JSON. Answers are untrusted: one that is not what was asked for is the program's crash. */
final class Wire {
    /** Lone surrogates have no UTF-8, so all but ASCII is escaped. */
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    /** Fields longer than this are cut: the guest's own limit, for guests that lie. */
    private static final int LONGEST = 4096;

    private Wire() {}

    static byte[] bytes(Map<String, ?> task) {
        return JSON.writeValueAsBytes(task);
    }

    static Map<String, ?> call(ProgramTask.Call call) {
        return Map.of(
                "task", "call", "source", call.source(), "function", call.function(), "arguments", call.arguments());
    }

    static Map<String, ?> script(ProgramTask.Script script) {
        return Map.of("task", "script", "source", script.source(), "input", script.input());
    }

    static Map<String, ?> candidate(ProgramTask.Check check) {
        return Map.of("task", "candidate", "source", check.source());
    }

    static Map<String, ?> test(ProgramTask.Check check) {
        return Map.of("task", "test", "test", check.test());
    }

    static Map<String, ?> inspect(String source) {
        return Map.of("task", "inspect", "source", source);
    }

    static Map<String, ?> missing(List<String> modules) {
        return Map.of("task", "missing", "modules", modules);
    }

    /** The host's own words, which are trusted. */
    static JsonNode own(byte[] data) throws SandboxException {
        try {
            return JSON.readTree(data);
        } catch (JacksonException e) {
            throw new SandboxException("the worker spoke no JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** What a finished program answered. */
    static ProgramOutcome outcome(byte[] data, String output, Duration took, boolean check) {
        JsonNode reply = read(data);
        String end = reply == null ? "" : text(reply, "end");
        if (reply != null && end.equals("value") && !check) {
            PythonValue value = value(reply);
            if (value != null) {
                return new ProgramOutcome.Completed(value, output, took);
            }
        }
        if (end.equals("passed") && check) {
            return new ProgramOutcome.Completed(PythonValue.NONE, output, took);
        }
        if (reply != null && end.equals("raised")) {
            return new ProgramOutcome.Raised(
                    text(reply, "type"),
                    text(reply, "message"),
                    text(reply, "trace"),
                    text(reply, "missing"),
                    output,
                    took);
        }
        return end.equals("memory")
                ? new ProgramOutcome.Stopped(ProgramOutcome.Limit.MEMORY, took)
                : new ProgramOutcome.Crashed("the program ended without an answer", took);
    }

    static ProgramInspection inspection(byte[] data) throws SandboxException {
        JsonNode reply = read(data);
        if (reply == null || !text(reply, "end").equals("inspection")) {
            throw new SandboxException("a program could not be inspected: " + excerpt(data));
        }
        Map<String, ProgramInspection.Arity> functions = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : reply.path("functions").properties()) {
            JsonNode arity = entry.getValue();
            int most = arity.path(1).asInt(0);
            functions.put(
                    entry.getKey(),
                    new ProgramInspection.Arity(
                            arity.path(0).asInt(0),
                            most < 0 ? Integer.MAX_VALUE : most,
                            arity.path(2).asInt(0)));
        }
        return new ProgramInspection(text(reply, "error"), texts(reply.path("modules")), functions);
    }

    static List<String> modules(byte[] data) throws SandboxException {
        JsonNode reply = read(data);
        if (reply == null || !text(reply, "end").equals("missing")) {
            throw new SandboxException("modules could not be looked for: " + excerpt(data));
        }
        return texts(reply.path("modules"));
    }

    static String utf8(byte[] data) {
        return new String(data, StandardCharsets.UTF_8);
    }

    static String excerpt(byte[] data) {
        return "'" + PythonText.last(utf8(data), 200) + "'";
    }

    private static @Nullable JsonNode read(byte[] data) {
        try {
            JsonNode node = JSON.readTree(data);
            return node != null && node.isObject() ? node : null;
        } catch (JacksonException e) {
            return null; // not JSON: told apart by the caller, as a crash of the program
        }
    }

    private static @Nullable PythonValue value(JsonNode reply) {
        PythonValue.Kind kind = null;
        for (PythonValue.Kind candidate : PythonValue.Kind.values()) {
            if (candidate.name().toLowerCase(Locale.ROOT).equals(text(reply, "kind"))) {
                kind = candidate;
            }
        }
        JsonNode number = reply.path("number");
        OptionalDouble parsed = number.isString() ? PythonText.toFloat(text(reply, "number")) : OptionalDouble.empty();
        return kind == null ? null : new PythonValue(kind, text(reply, "text"), parsed);
    }

    private static String text(JsonNode reply, String name) {
        JsonNode value = reply.path(name);
        String text = value.isString() ? value.asString() : "";
        return text.length() <= 2 * LONGEST ? text : text.substring(0, 2 * LONGEST);
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        for (JsonNode node : array) {
            if (node.isString()) {
                texts.add(node.asString());
            }
        }
        return texts;
    }
}
