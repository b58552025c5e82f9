package dev.reft.sandbox;

import dev.reft.graders.programs.SandboxException;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/**
 * One worker, which runs one task at a time. It ends when its input ends, so it never outlives this process, and with it
 * end its children: the first process of its namespace is the worker itself, and each child asks the kernel for its
 * parent's death.
 */
final class WorkerProcess {
    /** What the worker may be late by, beyond a task's own limit: forks on a machine at many times its load. */
    private static final Duration GRACE = Duration.ofSeconds(60);

    /** What its imports may take: a second of processor time, which on such a machine was once a minute. */
    private static final Duration START = Duration.ofMinutes(3);

    private static final int LARGEST_FRAME = 1 << 20;

    private final Process process;
    private final OutputStream input;
    private final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
    private final JsonNode hello;

    /** A piece of a task's output ('o'), of its answer ('r'), or the worker's own word ('e'; -1 at its end). */
    private record Frame(int kind, byte[] data) {}

    /**
     * What a task came to.
     *
     * @param output its standard output
     * @param answer its answer, untrusted
     * @param end the worker's own word
     */
    record Run(byte[] output, byte[] answer, JsonNode end) {}

    private WorkerProcess(Process process) throws SandboxException, InterruptedException {
        this.process = process;
        this.input = process.getOutputStream();
        Thread reader = new Thread(this::read, "reft-worker-" + process.pid());
        reader.setDaemon(true);
        reader.start();
        this.hello = collect(START).end();
    }

    /** Starts a worker; {@code without} names protections to leave out, for tests of the probe. */
    static WorkerProcess start(String python, String without) throws SandboxException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                python,
                "-s",
                "-c",
                // Nothing is imported from the folder that the host happens to run in.
                "import sys; sys.path[:] = [p for p in sys.path if p]; exec(compile(sys.argv.pop(1), '<guest>', 'exec'))",
                GuestText.of("worker.py"),
                without);
        String path = builder.environment().getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
        builder.environment().clear();
        builder.environment().put("PATH", path);
        builder.environment().put("PYTHONHASHSEED", "0");
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new SandboxException("cannot start '" + python + "': " + e.getMessage(), e);
        }
        try {
            return new WorkerProcess(process);
        } catch (SandboxException | InterruptedException | RuntimeException e) {
            kill(process);
            throw e;
        }
    }

    /** What the worker told of itself when it started. */
    JsonNode hello() {
        return hello;
    }

    long pid() {
        return process.pid();
    }

    /** Runs a task, or a program and its test, for some whole milliseconds. After an exception the worker is of no use. */
    Run run(byte[] task, byte[] test, Duration time, long memory, int output)
            throws SandboxException, InterruptedException {
        ByteBuffer header = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt((int) time.toMillis()).putLong(memory).putInt(output);
        header.putInt(task.length).putInt(test.length);
        try {
            input.write(header.array());
            input.write(task);
            input.write(test);
            input.flush();
        } catch (IOException e) {
            throw new SandboxException("the worker ended: " + e.getMessage(), e);
        }
        return collect(time.plus(GRACE));
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Kills the worker and its children at once. */
    void close() {
        kill(process);
    }

    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private Run collect(Duration patience) throws SandboxException, InterruptedException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            Frame frame = frames.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (frame == null) {
                throw new SandboxException("the worker has not answered within " + patience);
            }
            switch (frame.kind()) {
                case 'o' -> output.writeBytes(frame.data());
                case 'r' -> answer.writeBytes(frame.data());
                case 'e' -> {
                    JsonNode word = Wire.own(frame.data());
                    if (word.path("refused").isString()) {
                        throw new SandboxException("the worker refuses to run programs: "
                                + word.path("refused").asString());
                    }
                    return new Run(output.toByteArray(), answer.toByteArray(), word);
                }
                default -> throw new SandboxException("the worker ended by itself");
            }
        }
    }

    /** The reader's thread: all that the worker writes, so that waiting for it can be given up. */
    private void read() {
        try (DataInputStream in = new DataInputStream(process.getInputStream())) {
            for (int kind = in.read(); kind >= 0; kind = in.read()) {
                int length = Integer.reverseBytes(in.readInt());
                if (length < 0 || length > LARGEST_FRAME) {
                    throw new IOException("a frame of " + length + " bytes");
                }
                byte[] data = new byte[length];
                in.readFully(data);
                frames.add(new Frame(kind, data));
            }
            frames.add(new Frame(-1, new byte[0]));
        } catch (IOException e) {
            // The one who waits is told by the frame.
            frames.add(new Frame(-1, new byte[0]));
        }
    }
}
