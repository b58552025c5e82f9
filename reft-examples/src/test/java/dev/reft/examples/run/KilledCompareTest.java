package dev.reft.examples.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.examples.Compare;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The comparison, killed (SIGKILL) in the middle of each kind of method and started again with the same command, beside one that was
 * left alone. What follows from steps is the same to the last bit; stages of so many seconds have other numbers of steps, and the
 * same ones as far as both went. Methods are killed in one process, which spares many starts; votes with a process a part, as is the default.
 */
@Tag("slow")
class KilledCompareTest {
    private static final int PATIENCE_SECONDS = 900;
    private static final String OPTIONS =
            "--seeds 7 --threads 1 --chains 120 --answers 600 --tests 40 --warm-up-epochs 20"
                    + " --steps 8 --prompts 24 --evaluate-every 0 --save-every 1 --labelled 120 --votes 4";

    @TempDir
    static Path folder;

    @BeforeAll
    static void runUndisturbed() throws Exception {
        finish("whole", true);
    }

    /** What is done anew: its stages, and the files whose appearance is the moment of a kill. */
    private record Case(String part, boolean timed, List<String> stages, List<String> kills) {}

    private static final List<Case> CASES = List.of(
            new Case("sft", true, List.of("sft"), List.of("checkpoints/sft/latest")),
            new Case("offline-st", true, List.of("offline-st"), List.of("checkpoints/offline-st/latest")),
            new Case("online-st", true, List.of("online-st"), List.of("checkpoints/online-st/latest")),
            new Case("dpo", false, List.of("dpo"), List.of("checkpoints/dpo/latest")),
            new Case(
                    "rlhf",
                    false,
                    List.of("rlhf-reward", "rlhf"),
                    List.of("checkpoints/rlhf-reward/latest", "checkpoints/rlhf/latest")),
            new Case(
                    "rlaif",
                    false,
                    List.of("rlaif-judge", "rlaif"),
                    List.of("checkpoints/rlaif-judge/latest", "checkpoints/rlaif/latest")),
            new Case("rlvr", false, List.of("rlvr"), List.of("checkpoints/rlvr/latest")));

    @Test
    void aKillInTheMiddleOfEachMethodChangesNothing() throws Exception {
        for (Case one : CASES) {
            String run = "killed-" + one.part();
            copy("whole", run);
            for (String stage : one.stages()) {
                delete(run, "finished-" + stage + ".json");
                delete(run, "checkpoints/" + stage);
            }
            delete(run, "facts-" + one.part() + ".json");
            delete(run, "answers/" + one.part() + "-test.jsonl");
            for (String kill : one.kills()) {
                killAt(run, kill, true);
            }
            finish(run, true);
            for (String stage : one.stages()) {
                check(run, stage, one.timed());
            }
            if (!one.timed()) {
                String answers = "answers/" + one.part() + "-test.jsonl";
                assertEquals(text("whole", answers), text(run, answers), run);
            }
        }
    }

    @Test
    void aKillInTheMiddleOfTheVotesChangesNothing() throws Exception {
        copy("whole", "killed");
        for (String file : List.of("finished-reranker.json", "facts-reranker.json", "checkpoints/reranker", "votes")) {
            delete("killed", file);
        }
        try (Stream<Path> files = Files.list(seed("killed"))) {
            for (Path file : files.filter(f -> f.getFileName().toString().startsWith("ballot-"))
                    .toList()) {
                Files.delete(file);
            }
        }
        killAt("killed", "checkpoints/reranker/latest", false);
        killAt("killed", "votes/warm-up-00000.json", false);
        finish("killed", false);
        check("killed", "reranker", false);
        for (String contestant : List.of("warm-up", "dpo", "ppo")) {
            Ballot.Count whole = ballot("whole", contestant);
            Ballot.Count killed = ballot("killed", contestant);
            assertEquals(whole.voted(), killed.voted(), contestant);
            assertEquals(whole.ranked(), killed.ranked(), contestant);
            assertEquals(whole.diversity(), killed.diversity(), contestant);
        }
    }

    private Ballot.Count ballot(String run, String contestant) throws Exception {
        return tools.jackson.databind.json.JsonMapper.shared()
                .readValue(text(run, "ballot-" + contestant + ".json"), Ballot.Count.class);
    }

    private void check(String run, String stage, boolean timed) throws Exception {
        List<String> whole = numbers("whole", stage);
        List<String> killed = numbers(run, stage);
        int common = timed ? Math.min(whole.size(), killed.size()) : whole.size();
        assertTrue(common >= 2, run + ", " + stage + ": " + common + " steps");
        assertEquals(whole.subList(0, common), killed.subList(0, timed ? common : killed.size()), run + ", " + stage);
    }

    private List<String> numbers(String run, String stage) throws Exception {
        return RunFolder.log(text(run, "finished-" + stage + ".json")).points().stream()
                .map(point -> point.step() + " " + point.metrics())
                .toList();
    }

    private Path seed(String run) {
        return folder.resolve(run).resolve("seed-7");
    }

    private String text(String run, String file) throws Exception {
        return Files.readString(seed(run).resolve(file));
    }

    private void copy(String from, String to) throws Exception {
        Path source = folder.resolve(from);
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Files.copy(
                        file, folder.resolve(to).resolve(source.relativize(file).toString()));
            }
        }
    }

    private void delete(String run, String name) throws Exception {
        Path root = seed(run).resolve(name);
        assertTrue(Files.exists(root), root + " is not there");
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Starts, in one process or with one a method, and kills as soon as a file is there. */
    private void killAt(String run, String file, boolean oneProcess) throws Exception {
        Process process = start(run, oneProcess);
        Path awaited = seed(run).resolve(file);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!Files.exists(awaited) && !process.waitFor(2, TimeUnit.MILLISECONDS) && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        boolean inTheMiddle = process.isAlive();
        process.destroyForcibly().waitFor();
        assertTrue(Files.exists(awaited), file + "\n" + Files.readString(said(run)));
        assertTrue(inTheMiddle, run + " was over before it was killed");
    }

    private static void finish(String run, boolean oneProcess) throws Exception {
        Process process = start(run, oneProcess);
        assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), run + " did not end");
        assertEquals(0, process.exitValue(), Files.readString(said(run)));
    }

    /** What the last process of a run printed. */
    private static Path said(String run) {
        return folder.resolve(run + ".txt");
    }

    private static Process start(String run, boolean oneProcess) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-cp",
                System.getProperty("java.class.path"),
                Compare.class.getName(),
                "--out",
                folder.resolve(run).toString()));
        command.addAll(List.of(OPTIONS.split(" ")));
        if (oneProcess) {
            command.add("--in-process");
        }
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said(run).toFile())
                .start();
    }
}
