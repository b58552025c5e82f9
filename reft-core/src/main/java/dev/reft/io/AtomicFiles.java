package dev.reft.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes files and directories aside, forces them to the disk and renames them into place, so that a reader or a
 * restarted run sees the old content or the new one, never a part. What is written aside lies beside the target, its
 * name starting with a dot and holding {@code .tmp-}; a killed process may leave such a file, which nothing reads.
 */
public final class AtomicFiles {
    private AtomicFiles() {}

    /** Writes the content of one file. */
    @FunctionalInterface
    public interface FileContent {
        /**
         * Writes all of the content.
         *
         * @param channel an empty file, open for writing
         * @throws IOException if writing fails; the target then stays as it was
         */
        void writeTo(FileChannel channel) throws IOException;
    }

    /** Writes the files of one directory. */
    @FunctionalInterface
    public interface DirectoryContent {
        /**
         * Writes all of the files.
         *
         * @param directory an empty directory, which is renamed to the target afterwards
         * @throws IOException if writing fails; the target then stays as it was
         */
        void writeTo(Path directory) throws IOException;
    }

    /**
     * Writes a file in place of the target, which may exist.
     *
     * @param target the file; its directory must exist
     * @param content what to write
     * @throws IOException if writing, forcing or renaming fails; the target then stays as it was
     */
    public static void writeFile(Path target, FileContent content) throws IOException {
        Path aside = beside(target);
        try {
            try (FileChannel channel =
                    FileChannel.open(aside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | RuntimeException | Error e) {
            deleteAfter(e, aside);
            throw e;
        }
        forceDirectory(parent(target));
    }

    /**
     * Writes a text file in UTF-8 in place of the target, which may exist.
     *
     * @param target the file; its directory must exist
     * @param text its content
     * @throws IOException if writing, forcing or renaming fails; the target then stays as it was
     */
    public static void writeText(Path target, String text) throws IOException {
        writeFile(target, channel -> writeFully(channel, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
    }

    /**
     * Writes a directory in place of the target. A directory that exists is renamed aside just before the new one
     * takes its place, and then deleted; a process killed between the two renames leaves the old one under its aside
     * name, so what must never be absent is given a new name each time.
     *
     * @param target the directory; its parent is made where it does not exist
     * @param content writes the files
     * @throws IOException if writing, forcing or renaming fails; the target then stays as it was
     */
    public static void writeDirectory(Path target, DirectoryContent content) throws IOException {
        if (Files.exists(target) && !Files.isDirectory(target)) {
            throw new IOException(target + " exists and is not a directory");
        }
        Path parent = parent(target);
        Files.createDirectories(parent);
        Path aside = beside(target);
        @Nullable Path old = null;
        try {
            Files.createDirectory(aside);
            content.writeTo(aside);
            forceTree(aside);
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                old = beside(target);
                Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException | Error e) {
            restoreAfter(e, old, target);
            deleteAfter(e, aside);
            throw e;
        }
        forceDirectory(parent);
        if (old != null) {
            deleteTree(old);
        }
    }

    /**
     * Writes all that remains in a buffer; a single call of the channel may write less.
     *
     * @param channel where to
     * @param buffer what; nothing remains in it afterwards
     * @throws IOException if writing fails
     */
    public static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /**
     * Deletes a file or a directory with all that is in it, without following links; one that does not exist is fine.
     *
     * @param path what to delete
     * @throws IOException if something cannot be deleted
     */
    public static void deleteTree(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void forceTree(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        channel.force(true);
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                forceDirectory(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** The rename itself must reach the disk; systems without POSIX directories have no way to ask for it. */
    private static void forceDirectory(Path directory) throws IOException {
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static void restoreAfter(Throwable failure, @Nullable Path old, Path target) {
        if (old != null && Files.exists(old, LinkOption.NOFOLLOW_LINKS) && !Files.exists(target)) {
            try {
                Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
    }

    private static void deleteAfter(Throwable failure, Path aside) {
        try {
            deleteTree(aside);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static Path beside(Path target) {
        Path name = target.getFileName();
        if (name == null) {
            throw new IllegalArgumentException("'" + target + "' has no file name");
        }
        return parent(target).resolve("." + name + ".tmp-" + UUID.randomUUID());
    }

    private static Path parent(Path target) {
        Path parent = target.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException("'" + target + "' has no parent directory");
        }
        return parent;
    }
}
