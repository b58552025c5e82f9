package dev.reft.checkpoint.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One writer a blob: among processes by a lock on a file, which ends with its process, and within this one by a semaphore. */
final class HubLocks {
    private static final Map<Path, Semaphore> HERE = new ConcurrentHashMap<>();

    private HubLocks() {}

    /** A lock that is held. */
    record Held(Semaphore here, FileChannel channel, FileLock lock) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            try (channel) {
                lock.release();
            } finally {
                here.release();
            }
        }
    }

    /** Waits; the file stays, as deleting it would let two in. */
    static Held take(Path file, Duration limit) throws IOException, InterruptedException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Semaphore here = HERE.computeIfAbsent(file.toAbsolutePath().normalize(), path -> new Semaphore(1));
        long end = System.nanoTime() + limit.toNanos();
        if (!here.tryAcquire(limit.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new IOException("another fetch of this process holds " + file + " for more than " + limit);
        }
        @Nullable FileChannel channel = null;
        boolean held = false;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            for (FileLock lock = channel.tryLock(); ; lock = channel.tryLock()) {
                if (lock != null) {
                    held = true;
                    return new Held(here, channel, lock);
                } else if (System.nanoTime() - end > 0) {
                    throw new IOException("another process holds " + file + " for more than " + limit);
                }
                Thread.sleep(50);
            }
        } finally {
            if (!held) {
                if (channel != null) {
                    channel.close();
                }
                here.release();
            }
        }
    }
}
