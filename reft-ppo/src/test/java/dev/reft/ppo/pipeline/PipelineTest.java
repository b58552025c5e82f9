package dev.reft.ppo.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stages run once, go on after failures and kills, and say where they came from. */
class PipelineTest {
    @TempDir
    Path folder;

    private static Stage stage(String name, Map<String, String> config, List<String> parents, Stage.Work work) {
        return new Stage(name, config, Map.of("data", Fingerprints.of("rows")), parents, work);
    }

    private static Stage writing(String name, String text, String... parents) {
        return stage(
                name,
                Map.of("text", text),
                List.of(parents),
                c -> Files.writeString(c.output().resolve("out"), text));
    }

    private Set<String> names() throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.map(c -> c.getFileName().toString())
                    .filter(name -> !name.equals(".lock"))
                    .collect(Collectors.toSet());
        }
    }

    @Test
    void aStageRunsOnceAndSaysWhereItCameFrom() throws Exception {
        List<String> runs = new ArrayList<>();
        Pipeline pipeline = Pipeline.open(folder);
        Path sft = pipeline.run(writing("sft", "one"));
        Stage dpo = stage("dpo", Map.of("beta", "0.1"), List.of("sft"), context -> {
            runs.add("dpo");
            Path export = Files.createDirectory(context.output().resolve("export"));
            Files.writeString(
                    export.resolve("weights"),
                    Files.readString(context.parent("sft").resolve("out")) + "!");
            context.stamp(export);
            assertThrows(IllegalArgumentException.class, () -> context.parent("rm"));
        });
        Path first = pipeline.run(dpo);
        assertEquals(first, Pipeline.open(folder).run(dpo));
        assertEquals(List.of("dpo"), runs);
        assertEquals("one!", Files.readString(first.resolve("export/weights")));
        Provenance provenance = Provenance.read(first);
        assertEquals(provenance, Provenance.read(first.resolve("export")), "every export has it");
        assertEquals(Map.of("sft", Fingerprints.of(sft)), provenance.parents());
        assertEquals(Map.of("beta", "0.1"), provenance.config());
        assertEquals(Map.of("data", Fingerprints.of("rows")), provenance.inputs());
        assertEquals("unpackaged", provenance.version());
        assertEquals(Set.of("sft", "dpo"), pipeline.provenance().keySet());
        assertEquals(Set.of("sft", "dpo"), names(), "no scratch is left");
    }

    @Test
    void anotherConfigurationInputOrParentIsNamed() throws Exception {
        Pipeline pipeline = Pipeline.open(folder);
        pipeline.run(writing("sft", "one"));
        pipeline.run(writing("dpo", "two", "sft"));
        refused(pipeline, writing("sft", "other"), "config text: other, was one");
        refused(
                pipeline,
                new Stage("sft", Map.of("text", "one"), Map.of("data", "x"), List.of(), c -> {}),
                "input data: x, was ");
        refused(pipeline, writing("rl", "three", "rm"), "needs stage 'rm'");
        Files.writeString(folder.resolve("sft").resolve("out"), "changed");
        refused(pipeline, writing("dpo", "two", "sft"), "parent sft: ");
        assertThrows(IllegalArgumentException.class, () -> writing("a/b", "x"));
        assertThrows(IllegalArgumentException.class, () -> writing("a", "x", "a"));
        assertThrows(IllegalArgumentException.class, () -> writing("a", "x", "b", "b"));
    }

    private static void refused(Pipeline pipeline, Stage stage, String message) {
        IllegalStateException refused = assertThrows(IllegalStateException.class, () -> pipeline.run(stage));
        assertTrue(String.valueOf(refused.getMessage()).contains(message), refused.getMessage());
    }

    @Test
    void aStageThatFailedGoesOnFromItsScratch() throws Exception {
        Pipeline pipeline = Pipeline.open(folder);
        Stage counting = stage("count", Map.of("to", "3"), List.of(), context -> {
            Path count = context.scratch().resolve("count");
            int done = Files.exists(count) ? Integer.parseInt(Files.readString(count)) : 0;
            Files.writeString(context.output().resolve("half"), "" + done);
            Files.writeString(count, "" + (done + 1));
            if (done < 2) {
                throw new IOException("down after " + done);
            }
        });
        assertTrue(assertThrows(StageFailedException.class, () -> pipeline.run(counting))
                .getMessage()
                .contains("'count' failed"));
        assertFalse(pipeline.done("count"));
        assertThrows(StageFailedException.class, () -> Pipeline.open(folder).run(counting));
        assertEquals("2", Files.readString(pipeline.run(counting).resolve("half")));
        assertEquals(Set.of("count"), names());
    }

    @Test
    void scratchOfAnotherConfigurationIsNotUsed() throws Exception {
        Pipeline pipeline = Pipeline.open(folder);
        assertThrows(
                StageFailedException.class,
                () -> pipeline.run(stage("a", Map.of("rate", "1"), List.of(), context -> {
                    Files.writeString(context.scratch().resolve("old"), "");
                    throw new IOException("down");
                })));
        pipeline.run(stage("a", Map.of("rate", "2"), List.of(), context -> {
            assertFalse(Files.exists(context.scratch().resolve("old")));
            Files.writeString(context.output().resolve("x"), "");
        }));
        assertTrue(pipeline.done("a"));
    }

    @Test
    void fingerprintsTellContentsAndNamesApart() throws Exception {
        Path a = Files.createDirectories(folder.resolve("a"));
        Path b = Files.createDirectories(folder.resolve("b"));
        Files.writeString(a.resolve("x"), "1");
        Files.writeString(b.resolve("x"), "1");
        assertEquals(Fingerprints.of(a), Fingerprints.of(b));
        Files.writeString(b.resolve(Provenance.FILE), "{}");
        assertEquals(Fingerprints.of(a), Fingerprints.of(b), "provenance is no content");
        Files.move(b.resolve("x"), b.resolve("y"));
        assertFalse(Fingerprints.of(a).equals(Fingerprints.of(b)));
        assertEquals(Fingerprints.of("1"), Fingerprints.of(a.resolve("x")));
        assertEquals(
                "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b", Fingerprints.of("1"), "sha256sum");
    }

    /** The stage of the process that is killed: it counts to 10 in its scratch folder, and halts on the way if told to. */
    public static final class Counter {
        private Counter() {}

        /** Runs the stage: folder, and how many counts to do before halting (0: never). */
        public static void main(String[] arguments) {
            int most = Integer.parseInt(arguments[1]);
            Pipeline.open(Path.of(arguments[0])).run(stage("count", Map.of("to", "10"), List.of(), context -> {
                Path log = context.scratch().resolve("log");
                for (int mine = 0; ; mine++) {
                    List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
                    if (lines.size() == 10) {
                        break;
                    }
                    Files.writeString(context.output().resolve("part"), "unfinished");
                    if (most > 0 && mine == most) {
                        Runtime.getRuntime().halt(9);
                    }
                    List<String> more = new ArrayList<>(lines);
                    more.add("" + lines.size());
                    dev.reft.io.AtomicFiles.writeText(log, String.join("\n", more) + "\n");
                }
                Files.delete(context.output().resolve("part"));
                Files.copy(log, context.output().resolve("log"));
            }));
        }
    }

    @Test
    void aKilledProcessGoesOnAndEndsAsIfItHadNotBeen() throws Exception {
        assertEquals(9, process(4));
        assertFalse(Files.exists(folder.resolve("count")));
        assertEquals(9, process(4));
        assertEquals(0, process(0));
        List<String> log = Files.readAllLines(folder.resolve("count/log"));
        assertEquals(10, log.size());
        assertEquals("9", log.get(9));
        assertFalse(Files.exists(folder.resolve("count/part")));
        assertEquals(Set.of("count"), names(), "what the killed processes left is gone");
    }

    @Test
    void aSecondProcessIsRefusedByName() throws Exception {
        Pipeline pipeline = Pipeline.open(folder);
        Path said = folder.resolveSibling(folder.getFileName() + ".txt");
        pipeline.run(stage("mine", Map.of(), List.of(), context -> {
            Process other = counter(0)
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            assertTrue(other.waitFor(60, TimeUnit.SECONDS));
            assertEquals(1, other.exitValue());
            Files.writeString(context.output().resolve("x"), "");
        }));
        assertTrue(Files.readString(said).contains("another process runs in " + folder.toAbsolutePath()));
        assertFalse(Files.exists(folder.resolve("count")));
        // The folder is free again.
        assertEquals(0, process(0));
        Files.delete(said);
    }

    private int process(int most) throws Exception {
        Process process = counter(most).inheritIO().start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return process.exitValue();
    }

    private ProcessBuilder counter(int most) {
        return new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Counter.class.getName(),
                folder.toString(),
                "" + most);
    }
}
