package dev.reft.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.graders.programs.CodeTest;
import dev.reft.graders.programs.OutputRule;
import dev.reft.graders.programs.ProgramLimits;
import dev.reft.graders.programs.ProgramOutcome;
import dev.reft.graders.programs.ProgramRunner;
import dev.reft.graders.programs.ProgramTask;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Attack programs against both backends: those committed beside this test, and the programs of the golden family
 * reward_hacking where they lie. None may reach anything, forge a pass, hold up the next program or leave a trace. With
 * the system property {@code reft.results} naming a folder, the table goes to the end of its {@code sandbox.md}.
 */
class AttackTest {
    /** Time enough for an attack to do what it tries, so that being slow is not taken for being stopped. */
    private static final ProgramLimits LIMITS = new ProgramLimits(Duration.ofSeconds(15), 64L << 20, 64 << 10);

    /** For attacks that never end by themselves. */
    private static final ProgramLimits ENDLESS = LIMITS.withTime(Duration.ofMillis(1500));

    /** How long past the limit an attack's outcome may come: loaded machines. */
    private static final Duration LATE = Duration.ofSeconds(8);

    /** What attacks look for: in the test, in the environment, and in an earlier program. */
    private static final String WORD = "expected-7391";

    private static final String HEADING = "## Attack by backend";

    @TempDir
    Path folder;

    /**
     * One attack.
     *
     * @param row what it tries
     * @param task what to run
     * @param limits for it
     * @param wanted the output that would earn a script its reward
     */
    private record Attack(String row, ProgramTask task, ProgramLimits limits, String wanted) {
        Attack(String row, ProgramTask task, ProgramLimits limits) {
            this(row, task, limits, "");
        }
    }

    @Test
    void nothingGetsThrough() throws Exception {
        Map<String, List<String>> table = new LinkedHashMap<>();
        try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            listener.setSoTimeout(1);
            Path secret = Files.writeString(folder.resolve("secret"), "secret " + WORD);
            Object mode = Files.getPosixFilePermissions(secret);
            Object time = Files.getLastModifiedTime(secret);
            List<Attack> attacks = attacks(listener.getLocalPort(), secret);
            assertTrue(attacks.size() >= 36, attacks.size() + " attacks");
            for (ProgramRunner runner : List.of(Backends.worker(), Backends.embedded())) {
                for (Attack attack : attacks) {
                    String how = run(runner, attack);
                    table.computeIfAbsent(attack.row(), row -> new ArrayList<>())
                            .add(how);
                    assertFalse(connected(listener), attack.row() + " connected");
                    assertEquals("secret " + WORD, Files.readString(secret), attack.row());
                    assertEquals(mode, Files.getPosixFilePermissions(secret), attack.row());
                    assertEquals(time, Files.getLastModifiedTime(secret), attack.row());
                    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                        files.forEach(file -> assertEquals(secret, file, attack.row()));
                    }
                }
            }
        }
        report(table);
        List<String> through = new ArrayList<>();
        table.forEach((row, results) ->
                results.stream().filter(how -> how.startsWith("NOT")).forEach(how -> through.add(row + ": " + how)));
        assertEquals(List.of(), through);
    }

    private static String run(ProgramRunner runner, Attack attack) throws Exception {
        runner.run(new ProgramTask.Call("def solution():\n    return '" + WORD + "'", "solution", List.of()), LIMITS);
        long start = System.nanoTime();
        ProgramOutcome outcome = runner.run(attack.task(), attack.limits());
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.compareTo(attack.limits().time().plus(LATE)) < 0, attack.row() + " took " + took);
        String next = "import math, statistics, json\ndef solution():\n"
                + "    assert not hasattr(math, 'poisoned')\n    return math.sqrt(16) * len('ab') + (math.pi > 3)";
        ProgramOutcome after =
                runner.run(new ProgramTask.Call(next, "solution", List.of()), LIMITS.withTime(Duration.ofSeconds(20)));
        assertTrue(
                after instanceof ProgramOutcome.Completed c
                        && c.value().number().orElse(0) == 9.0,
                attack.row() + " spoilt the next program: " + after);
        if (outcome instanceof ProgramOutcome.Completed completed) {
            boolean script = attack.task() instanceof ProgramTask.Script;
            boolean through = script
                    ? OutputRule.TOLERANT.accepts(completed.output(), attack.wanted())
                    : !(attack.task() instanceof ProgramTask.Call)
                            || completed.value().text().contains("BREACH");
            String said = script ? excerpt(completed.output()) : text(completed);
            return through ? "NOT STOPPED: " + completed : "harmless: '" + said + "'";
        }
        if (outcome instanceof ProgramOutcome.Raised raised) {
            assertFalse(raised.message().contains("BREACH"), raised::toString);
            return raised.type() + (raised.message().isEmpty() ? "" : ": " + excerpt(raised.message()));
        }
        if (outcome instanceof ProgramOutcome.Stopped stopped) {
            return "stopped at its limit of " + stopped.limit().name().toLowerCase(java.util.Locale.ROOT);
        }
        return ((ProgramOutcome.Crashed) outcome).how();
    }

    private static String text(ProgramOutcome.Completed completed) {
        return excerpt(completed.value().text());
    }

    private static String excerpt(String text) {
        String line = text.replace('\n', ' ').replace('|', '/');
        return line.length() <= 60 ? line : line.substring(0, 60) + "...";
    }

    private static boolean connected(ServerSocket listener) throws IOException {
        try {
            listener.accept().close();
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    private List<Attack> attacks(int port, Path secret) throws IOException {
        String context = Golden.JSON.writeValueAsString(Map.of(
                "port", port,
                "pid", ProcessHandle.current().pid(),
                "folder", folder.toString(),
                "secret", secret.toString(),
                "word", WORD));
        List<Attack> attacks = new ArrayList<>();
        TreeSet<Path> files = new TreeSet<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(Path.of("src/test/resources/attacks"), "*.py")) {
            found.forEach(files::add);
        }
        for (Path file : files) {
            String source = Files.readString(file);
            String row = header(source, "row", file.getFileName().toString());
            boolean check = header(source, "task", "call").equals("check");
            String test = header(source, "test", "assert f(1) == 42").replace("WORD", WORD);
            attacks.add(new Attack(
                    row,
                    check
                            ? new ProgramTask.Check(source, "import builtins\n" + test)
                            : new ProgramTask.Call(source, "solution", List.of(context)),
                    header(source, "endless", "no").equals("yes") ? ENDLESS : LIMITS));
        }
        golden(attacks);
        return attacks;
    }

    /** The golden programs that must earn nothing. */
    private static void golden(List<Attack> attacks) throws IOException {
        if (!Files.isDirectory(Path.of(System.getProperty("reft.shared", "../../shared")))) {
            return;
        }
        for (JsonNode c : Golden.cases("reward_hacking")) {
            if (!c.has("program") || c.get("expected").asDouble(1) != 0) {
                continue;
            }
            for (JsonNode test : c.get("tests")) {
                String row = "golden: " + c.get("attack").asString();
                if (test.isObject()) {
                    ProgramTask script = new ProgramTask.Script(
                            c.get("program").asString(), test.get("input").asString());
                    attacks.add(
                            new Attack(row, script, LIMITS, test.get("output").asString()));
                } else {
                    attacks.add(new Attack(
                            row,
                            new ProgramTask.Check(
                                    c.get("program").asString(),
                                    ((CodeTest.Assertion) CodeTest.read(List.of(test.asString()))
                                                    .get(0))
                                            .code()),
                            LIMITS));
                }
            }
        }
    }

    private static String header(String source, String name, String otherwise) {
        for (String line : source.split("\n")) {
            if (line.startsWith("# " + name + ": ")) {
                return line.substring(name.length() + 4);
            }
        }
        return otherwise;
    }

    private static void report(Map<String, List<String>> table) throws IOException {
        System.out.println("attacks: " + table.size() + " on each backend");
        String results = System.getProperty("reft.results");
        if (results == null) {
            return;
        }
        StringBuilder page = new StringBuilder("| attack | worker | embedded |\n|---|---|---|\n");
        table.forEach((row, how) -> page.append("| ")
                .append(row)
                .append(" | ")
                .append(String.join(" | ", how))
                .append(" |\n"));
        Path file = Path.of(results, "sandbox.md");
        String before = Files.exists(file) ? Files.readString(file) : "# The sandbox\n\n" + HEADING;
        Files.writeString(file, before.substring(0, before.indexOf(HEADING)) + HEADING + "\n\n" + page);
    }
}
