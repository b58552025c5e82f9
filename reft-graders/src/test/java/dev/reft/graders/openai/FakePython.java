package dev.reft.graders.openai;

import dev.reft.graders.programs.Backend;
import dev.reft.graders.programs.ProgramInspection;
import dev.reft.graders.programs.ProgramLimits;
import dev.reft.graders.programs.ProgramOutcome;
import dev.reft.graders.programs.ProgramRunner;
import dev.reft.graders.programs.ProgramTask;
import dev.reft.graders.programs.PythonValue;
import dev.reft.graders.programs.SandboxException;
import dev.reft.graders.programs.SandboxReport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import tools.jackson.databind.JsonNode;

/** A runner that answers what a golden case says. */
record FakePython(JsonNode says) implements ProgramRunner {
    static String source(JsonNode says) {
        if (says.has("wrong_arity")) {
            String[] names = {"a", "b", "c", "d"};
            return "def grade("
                    + String.join(
                            ", ",
                            List.of(names).subList(0, says.get("wrong_arity").asInt())) + "):\n    return 1.0\n";
        }
        String source = "def grade(sample, item):\n    return 1.0\n";
        return says.has("source_bytes")
                ? source + "#" + "x".repeat(says.get("source_bytes").asInt() - source.length() - 1)
                : source;
    }

    @Override
    public ProgramOutcome run(ProgramTask task, ProgramLimits limits) throws SandboxException {
        Duration took = Duration.ofMillis(1);
        if (says.has("timeout_seconds")) {
            return says.get("timeout_seconds").asDouble() > limits.time().toSeconds()
                    ? new ProgramOutcome.Stopped(ProgramOutcome.Limit.TIME, limits.time())
                    : new ProgramOutcome.Completed(real(1), "", took);
        }
        if (says.has("raises")) {
            return new ProgramOutcome.Raised(says.get("raises").asString(), "m", "trace", "", "", took);
        }
        if (says.has("returns_special")) {
            double value =
                    says.get("returns_special").asString().contains("inf") ? Double.POSITIVE_INFINITY : Double.NaN;
            return new ProgramOutcome.Completed(real(value), "", took);
        }
        if (says.has("returns")) {
            return new ProgramOutcome.Completed(value(says.get("returns")), "", took);
        }
        throw new SandboxException("the sandbox is down: " + says);
    }

    private static PythonValue real(double value) {
        return new PythonValue(PythonValue.Kind.REAL, "" + value, OptionalDouble.of(value));
    }

    private static PythonValue value(JsonNode node) {
        if (node.isNumber()) {
            return node.isIntegralNumber()
                    ? new PythonValue(PythonValue.Kind.INTEGER, node.toString(), OptionalDouble.of(node.asDouble()))
                    : real(node.asDouble());
        }
        if (node.isBoolean()) {
            return new PythonValue(PythonValue.Kind.BOOL, node.toString(), OptionalDouble.of(node.asBoolean() ? 1 : 0));
        }
        return node.isString()
                ? new PythonValue(PythonValue.Kind.TEXT, node.asString(), OptionalDouble.empty())
                : node.isNull()
                        ? PythonValue.NONE
                        : new PythonValue(PythonValue.Kind.OTHER, node.toString(), OptionalDouble.empty());
    }

    @Override
    public SandboxReport report() {
        return new SandboxReport(Backend.EMBEDDED, "none", Map.of());
    }

    @Override
    public ProgramInspection inspect(String source) {
        return new ProgramInspection("", List.of(), Map.of());
    }

    @Override
    public List<String> missing(List<String> modules) {
        return List.of();
    }

    @Override
    public void close() {}
}
