package dev.reft.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
    @TempDir
    Path folder;

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aFileIsReplacedAndNothingElseIsLeft() throws IOException {
        Path file = folder.resolve("state.json");
        AtomicFiles.writeText(file, "one");
        AtomicFiles.writeText(file, "zwei ä");
        assertEquals("zwei ä", Files.readString(file));
        assertEquals(List.of("state.json"), names());
    }

    @Test
    void theOldFileStaysUntilTheNewOneIsWhole() throws IOException {
        Path file = folder.resolve("state.json");
        AtomicFiles.writeText(file, "old");
        AtomicFiles.writeFile(file, channel -> {
            AtomicFiles.writeFully(channel, ByteBuffer.wrap(new byte[] {'n', 'e', 'w'}));
            assertEquals("old", Files.readString(file));
        });
        assertEquals("new", Files.readString(file));
    }

    @Test
    void aFailureLeavesTheOldFileAndCleansUp() throws IOException {
        Path file = folder.resolve("state.json");
        AtomicFiles.writeText(file, "old");
        IOException failure = new IOException("disk full");
        assertEquals(
                failure,
                assertThrows(
                        IOException.class,
                        () -> AtomicFiles.writeFile(file, channel -> {
                            throw failure;
                        })));
        assertThrows(
                IllegalStateException.class,
                () -> AtomicFiles.writeFile(file, channel -> {
                    throw new IllegalStateException("bug");
                }));
        assertEquals("old", Files.readString(file));
        assertEquals(List.of("state.json"), names());
    }

    @Test
    void aDirectoryAppearsWholeAndReplacesAnOlderOne() throws IOException {
        Path directory = folder.resolve("step-000001");
        AtomicFiles.writeDirectory(directory, aside -> {
            assertFalse(Files.exists(directory));
            Files.writeString(aside.resolve("a"), "1");
            Files.writeString(Files.createDirectory(aside.resolve("sub")).resolve("b"), "2");
        });
        assertEquals("2", Files.readString(directory.resolve("sub/b")));
        AtomicFiles.writeDirectory(directory, aside -> {
            assertEquals("1", Files.readString(directory.resolve("a")));
            Files.writeString(aside.resolve("c"), "3");
        });
        assertFalse(Files.exists(directory.resolve("a")));
        assertEquals("3", Files.readString(directory.resolve("c")));
        assertEquals(List.of("step-000001"), names());
    }

    @Test
    void aFailedDirectoryLeavesTheOldOne() throws IOException {
        Path directory = folder.resolve("model");
        AtomicFiles.writeDirectory(directory, aside -> Files.writeString(aside.resolve("a"), "1"));
        assertThrows(
                IOException.class,
                () -> AtomicFiles.writeDirectory(directory, aside -> {
                    Files.writeString(aside.resolve("a"), "2");
                    throw new IOException("disk full");
                }));
        assertEquals("1", Files.readString(directory.resolve("a")));
        assertEquals(List.of("model"), names());
    }

    @Test
    void parentsAreMadeForDirectories() throws IOException {
        Path directory = folder.resolve("x/y/z");
        AtomicFiles.writeDirectory(directory, aside -> {});
        assertTrue(Files.isDirectory(directory));
    }

    @Test
    void aFileIsNotReplacedByADirectory() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "kept");
        assertThrows(IOException.class, () -> AtomicFiles.writeDirectory(file, aside -> {}));
        assertEquals("kept", Files.readString(file));
    }

    @Test
    void deletingATreeDoesNotFollowLinks() throws IOException {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.writeString(outside.resolve("kept"), "1");
        Path tree = Files.createDirectory(folder.resolve("tree"));
        Files.createSymbolicLink(tree.resolve("link"), outside);
        AtomicFiles.deleteTree(tree);
        AtomicFiles.deleteTree(tree);
        assertFalse(Files.exists(tree));
        assertTrue(Files.exists(outside.resolve("kept")));
    }

    @Test
    void aPathWithoutANameIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> AtomicFiles.writeText(Path.of("/"), "x"));
    }
}
