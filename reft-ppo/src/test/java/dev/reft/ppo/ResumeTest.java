package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.math.KlController;
import dev.reft.math.KlEstimator;
import dev.reft.model.Policy;
import dev.reft.model.Training;
import dev.reft.testkit.ForwardingPolicy;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Checkpoints: exact resume, refusals, what is kept. */
class ResumeTest {
    @TempDir
    Path root;

    /** An adaptive coefficient and mini-batches, so that there is state to lose. */
    static PpoConfig config() {
        return Addition.config().toBuilder()
                .miniBatches(2)
                .kl(new KlPenalty.InReward(KlEstimator.K1, new KlController.Adaptive(0.02, 0.1, 200)))
                .build();
    }

    private static PpoTrainer.Builder builder(Policy policy) {
        return PpoTrainer.of(policy).grader(Addition.GRADER).config(config());
    }

    private static String steps(PpoTrainer trainer, int count) {
        StringBuilder reports = new StringBuilder();
        for (int i = 0; i < count; i++) {
            reports.append(States.timeless(trainer.step(Addition.prompts())));
        }
        return reports.toString();
    }

    private record Straight(String reports, String state) {}

    private static Straight straight() {
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = builder(policy).start()) {
            steps(trainer, 2);
            return new Straight(steps(trainer, 2), States.of(policy));
        }
    }

    @Test
    void fourStepsStraightAreTwoAndSaveAndLoadAndTwo() {
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = builder(policy).start()) {
            steps(trainer, 2);
            trainer.save(root, "epoch 1");
        }
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = builder(policy).resume(root)) {
            assertEquals(2, trainer.steps());
            assertEquals("epoch 1", trainer.hostState());
            assertEquals(straight(), new Straight(steps(trainer, 2), States.of(policy)));
        }
    }

    @Test
    void savingChangesNothing() {
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = builder(policy).start()) {
            steps(trainer, 2);
            trainer.save(root, "");
            assertEquals(straight(), new Straight(steps(trainer, 2), States.of(policy)));
        }
    }

    @Test
    void anotherProcessGoesOnBitForBit() throws Exception {
        Straight straight = straight();
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = builder(policy).start()) {
            steps(trainer, 2);
            trainer.save(root, "");
        }
        Path out = root.resolve("out.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ResumeTest.class.getName(),
                        root.toString())
                .redirectOutput(out.toFile())
                .redirectError(root.resolve("err.txt").toFile())
                .start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the other process is stuck");
        assertEquals(0, process.exitValue(), Files.readString(root.resolve("err.txt")));
        assertEquals(straight.reports + "\n" + straight.state + "\n", Files.readString(out));
    }

    /** The second half of a run, in a process of its own. */
    public static void main(String[] args) {
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = builder(policy).resume(new File(args[0]).toPath())) {
            String reports = steps(trainer, 2);
            System.out.print(reports + "\n" + States.of(policy) + "\n");
        }
    }

    /** What versions wrote that knew PPO with a critic only. */
    @Test
    void aRunOfAnEarlierVersionGoesOn() throws IOException {
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = builder(policy).start()) {
            steps(trainer, 2);
            trainer.save(root, "");
        }
        Path file = root.resolve("step-000002").resolve("trainer.json");
        JsonMapper json = JsonMapper.builder().build();
        ObjectNode fields = (ObjectNode) json.readTree(file);
        ObjectNode config = (ObjectNode) fields.get("config");
        ObjectNode gae = (ObjectNode) config.remove("advantages");
        for (String name : List.of("gamma", "lambda", "truncation")) {
            config.set(name, gae.get(name));
        }
        ObjectNode clip = (ObjectNode) config.remove("surrogate");
        clip.remove("type");
        config.set("policyClip", clip);
        config.remove(List.of("overlong", "correction"));
        Files.writeString(file, fields.toString());
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = builder(policy).resume(root)) {
            assertEquals(straight(), new Straight(steps(trainer, 2), States.of(policy)));
        }
        config.put("lambda", "0.5");
        Files.writeString(file, fields.toString());
        try (Policy policy = Addition.warmedUp(10)) {
            String said = assertThrows(
                            IllegalArgumentException.class,
                            () -> builder(policy).resume(root))
                    .getMessage();
            assertTrue(said.contains("config.advantages.lambda = 0.5"), said);
        }
    }

    @Test
    void refusesAnotherConfigurationModelOrReferenceByName() {
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = builder(policy).start()) {
            trainer.save(root, "");
        }
        try (Policy policy = Addition.warmedUp(10)) {
            IllegalArgumentException config = assertThrows(
                    IllegalArgumentException.class,
                    () -> builder(policy)
                            .config(config().toBuilder()
                                    .advantages(new Advantages.Gae(0.5, 0.95))
                                    .build())
                            .resume(root));
            assertTrue(config.getMessage().contains("config.advantages.gamma = 1.0"), config.getMessage());
            IllegalArgumentException control = assertThrows(
                    IllegalArgumentException.class,
                    () -> builder(policy).config(Addition.config()).resume(root));
            assertTrue(control.getMessage().contains("config.kl.control."), control.getMessage());
            IllegalArgumentException nothing = assertThrows(
                    IllegalArgumentException.class, () -> builder(policy).resume(root.resolve("absent")));
            assertTrue(nothing.getMessage().contains("latest"), nothing.getMessage());
        }
        try (Policy policy = Addition.warmedUp(11)) {
            IllegalArgumentException reference = assertThrows(
                    IllegalArgumentException.class, () -> builder(policy).resume(root));
            assertTrue(reference.getMessage().contains("reference"), reference.getMessage());
        }
        try (Policy policy = Addition.MODEL.withContext(9).policy(Training.full(1))) {
            IllegalArgumentException model = assertThrows(
                    IllegalArgumentException.class, () -> builder(policy).resume(root));
            assertTrue(model.getMessage().contains("model.contextLength = 8"), model.getMessage());
        }
    }

    @Test
    void keepsTheLastTwoAndTheBest() throws IOException {
        try (Policy policy = Addition.warmedUp(10)) {
            double[] scores = {0.1, 0.9, 0.2, 0.3, 0.4};
            for (int i = 0; i < scores.length; i++) {
                new Checkpoints(root).write(i, java.util.Map.of("quality", scores[i], "kind", "x"), policy::saveState);
            }
            assertEquals(List.of("latest", "step-000001", "step-000003", "step-000004"), names());
            new Checkpoints(root).write(4, java.util.Map.of("kind", "x"), policy::saveState);
            assertEquals(List.of("latest", "step-000001", "step-000004", "step-000004-2"), names());
            assertEquals(
                    "step-000004-2", Files.readString(root.resolve("latest")).strip());
        }
    }

    @Test
    void whatWasJustSavedIsKeptInAFolderOfLaterSteps() throws IOException {
        Checkpoints folder = new Checkpoints(root);
        try (Policy policy = Addition.warmedUp(10)) {
            for (int step : new int[] {38, 39, 40, 1, 2, 3}) {
                folder.write(step, java.util.Map.of("quality", step / 100.0), policy::saveState);
                assertEquals(
                        root.resolve(String.format("step-%06d", step)),
                        folder.read().policy().getParent());
            }
        }
        assertEquals(List.of("latest", "step-000002", "step-000003", "step-000039", "step-000040"), names());
    }

    @Test
    void aDamagedOlderCheckpointSpoilsNoSave() throws IOException {
        Checkpoints folder = new Checkpoints(root);
        try (Policy policy = Addition.warmedUp(10)) {
            folder.write(1, java.util.Map.of("quality", 0.5), policy::saveState);
            Files.writeString(root.resolve("step-000001/trainer.json"), "{");
            folder.write(2, java.util.Map.of("quality", 0.1), policy::saveState);
            folder.write(3, java.util.Map.of("quality", 0.0), policy::saveState);
        }
        assertEquals(root.resolve("step-000003"), folder.read().policy().getParent());
        assertEquals(List.of("latest", "step-000002", "step-000003"), names());
    }

    @Test
    void anInterruptThatCameTooLateForTheStepSpoilsNoSave() {
        AtomicInteger interrupts = new AtomicInteger();
        Policy policy = new ForwardingPolicy(Addition.warmedUp(10)) {
            @Override
            public void saveState(Path directory) {
                if (interrupts.getAndIncrement() == 1) {
                    Thread.currentThread().interrupt();
                }
                inner().saveState(directory);
            }
        };
        try (policy;
                PpoTrainer trainer = builder(policy).start()) {
            Thread.currentThread().interrupt();
            trainer.save(root, "interrupted before");
            assertTrue(Thread.interrupted());
            trainer.save(root, "interrupted meanwhile");
            assertTrue(Thread.interrupted());
            assertEquals("interrupted meanwhile", trainer.hostState());
            assertEquals(3, interrupts.get());
        }
    }

    @Test
    void aSaveThatFailsOrIsKilledLeavesTheCheckpointBefore() throws IOException {
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = builder(policy).start()) {
            steps(trainer, 1);
            trainer.save(root, "good");
        }
        Policy broken = new ForwardingPolicy(Addition.warmedUp(10)) {
            @Override
            public void saveState(Path directory) {
                inner().saveState(directory);
                throw new IllegalStateException("disk full");
            }
        };
        try (broken;
                PpoTrainer trainer = builder(broken).resume(root)) {
            steps(trainer, 1);
            assertThrows(IllegalStateException.class, () -> trainer.save(root, "bad"));
            assertEquals("good", trainer.hostState());
            steps(trainer, 1);
        }
        // What a killed process leaves.
        Files.createDirectories(root.resolve(".step-000009.tmp-x/policy"));
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = builder(policy).resume(root)) {
            assertEquals(1, trainer.steps());
            assertEquals("good", trainer.hostState());
            steps(trainer, 1);
            trainer.save(root, "next");
            assertEquals(List.of("latest", "step-000001", "step-000002"), names());
        }
    }

    @Test
    void supervisedTrainingResumesBitForBit() {
        SftConfig config = SftConfig.reft().toBuilder().rate(3e-3).build();
        Batches<SftExample> batches = Batches.of(Addition.examples(), 4, 9);
        String straight;
        try (Policy policy = Addition.policy();
                SftTrainer trainer = SftTrainer.start(policy, config)) {
            while (trainer.steps() < 4) {
                trainer.step(batches.at(trainer.steps()));
            }
            straight = States.of(policy);
        }
        try (Policy policy = Addition.policy();
                SftTrainer trainer = SftTrainer.start(policy, config)) {
            trainer.step(batches.at(0));
            trainer.step(batches.at(1));
            trainer.save(root, "half");
        }
        try (Policy policy = Addition.policy();
                SftTrainer trainer = SftTrainer.resume(policy, config, root)) {
            assertEquals("half", trainer.hostState());
            assertNotEquals(straight, States.of(policy));
            while (trainer.steps() < 4) {
                trainer.step(batches.at(trainer.steps()));
            }
            assertEquals(straight, States.of(policy));
            assertThrows(IllegalArgumentException.class, () -> builder(policy).resume(root));
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> children = Files.list(root)) {
            return List.copyOf(
                    new TreeSet<>(children.map(p -> p.getFileName().toString()).toList()));
        }
    }
}
