package dev.reft.ppo.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The best checkpoints are kept, also over kills; and the advice to go back to one. */
class CheckpointShelfTest {
    @TempDir
    Path folder;

    private static Consumer<Path> writing(String text) {
        return to -> {
            try {
                Files.writeString(to.resolve("state"), text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    private Set<String> names() throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.map(c -> c.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    @Test
    void theBestThreeStay() throws Exception {
        CheckpointShelf shelf = CheckpointShelf.open(folder, BestCheckpoints.KEPT);
        assertTrue(shelf.offer(10, 0.5, writing("10")));
        assertTrue(shelf.offer(20, 0.7, writing("20")));
        assertTrue(shelf.offer(30, 0.6, writing("30")));
        assertFalse(shelf.offer(40, 0.5, writing("40")), "of equals the earlier");
        assertTrue(shelf.offer(50, 0.65, writing("50")));
        assertEquals(Set.of("best.jsonl", "step-000020", "step-000030", "step-000050"), names());
        assertEquals("20", Files.readString(shelf.path(20).resolve("state")));
        assertEquals(
                List.of(20L, 50L, 30L),
                CheckpointShelf.open(folder, 3).best().entries().stream()
                        .map(BestCheckpoints.Entry::step)
                        .toList());
        assertEquals(2, CheckpointShelf.open(folder, 2).best().entries().size());
        assertEquals(Set.of("best.jsonl", "step-000020", "step-000050"), names());
    }

    @Test
    void whatAKilledProcessLeftIsRemovedAndNothingElse() throws Exception {
        CheckpointShelf.open(folder, 3).offer(10, 0.5, writing("10"));
        Files.createDirectories(folder.resolve("step-000020"));
        Files.createDirectories(folder.resolve(".step-000030.tmp-1"));
        Files.createDirectories(folder.resolve("notes"));
        CheckpointShelf.open(folder, 3);
        assertEquals(Set.of("best.jsonl", "step-000010", "notes"), names());
        Files.delete(folder.resolve("step-000010").resolve("state"));
        Files.delete(folder.resolve("step-000010"));
        assertEquals(List.of(), CheckpointShelf.open(folder, 3).best().entries());
    }

    @Test
    void aSaveThatFailsChangesNothing() throws Exception {
        CheckpointShelf shelf = CheckpointShelf.open(folder, 1);
        shelf.offer(10, 0.5, writing("10"));
        assertThrows(
                UncheckedIOException.class,
                () -> shelf.offer(20, 0.9, to -> {
                    throw new UncheckedIOException(new IOException("disk full"));
                }));
        assertEquals(Set.of("best.jsonl", "step-000010"), names());
        assertTrue(shelf.best().keeps(10));
    }

    @Test
    void adviceGoesBackToBeforeTheFirstGraveWarning() {
        BestCheckpoints best = BestCheckpoints.none(3)
                .with(new BestCheckpoints.Entry(10, 0.5))
                .with(new BestCheckpoints.Entry(20, 0.6))
                .with(new BestCheckpoints.Entry(30, 0.9));
        Warning look = new Warning(new KlAbove(), 5, 60, 50, "");
        Warning grave = new Warning(new RewardCollapse(), 25, 0.6, 0.5, "");
        Warning later = new Warning(new HeldOutFalls(), 40, 0.1, 0.05, "");
        assertEquals(new RollBack.GoOn(), RollBack.advise(List.of(look), best));
        assertEquals(new RollBack.GoBack(20, grave), RollBack.advise(List.of(look, later, grave), best));
        assertEquals(new RollBack.GoBack(30, later), RollBack.advise(List.of(later), best));
        assertEquals(new RollBack.Stop(grave), RollBack.advise(List.of(grave), BestCheckpoints.none(3)));
        assertThrows(IllegalArgumentException.class, () -> new BestCheckpoints.Entry(1, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> BestCheckpoints.none(0));
    }
}
