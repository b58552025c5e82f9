package dev.reft.sandbox;

import dev.reft.graders.programs.Backend;
import dev.reft.graders.programs.ProgramInspection;
import dev.reft.graders.programs.ProgramLimits;
import dev.reft.graders.programs.ProgramOutcome;
import dev.reft.graders.programs.ProgramRunner;
import dev.reft.graders.programs.ProgramTask;
import dev.reft.graders.programs.RunnerSpec;
import dev.reft.graders.programs.SandboxException;
import dev.reft.graders.programs.SandboxReport;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;

/** A pool of interpreters within the JVM. */
final class EmbeddedRunner implements ProgramRunner {
    /** For what is ours to run: looking at programs and for modules. */
    private static final ProgramLimits OWN = new ProgramLimits(Duration.ofSeconds(60), 256L << 20, 4 << 20);

    /** The answer's own words, beyond what the program put into it. */
    private static final int ENVELOPE = 64 << 10;

    /** What a program may always allocate, however small the JVM's heap. */
    private static final long LEAST = 32L << 20;

    private final Interpreter image;
    private final Turns turns;
    private final long mostMemory;
    private final ConcurrentLinkedDeque<Interpreter> idle = new ConcurrentLinkedDeque<>();
    private final Set<GuestThread> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private EmbeddedRunner(RunnerSpec spec, Interpreter image) {
        this.turns = new Turns(spec.parallel());
        this.image = image;
        this.mostMemory = Math.max(LEAST, Runtime.getRuntime().maxMemory() / 8 / spec.parallel());
        idle.add(image);
    }

    static EmbeddedRunner open(RunnerSpec spec) throws SandboxException {
        return new EmbeddedRunner(spec, FirstInterpreter.get().another());
    }

    @Override
    public SandboxReport report() {
        return new SandboxReport(
                Backend.EMBEDDED,
                "3.13",
                Map.of(
                        "memory",
                        "WebAssembly, put back before every program; " + (mostMemory >> 20)
                                + " MiB at most, an eighth of the JVM's heap shared out",
                        "files",
                        "none",
                        "network",
                        "none",
                        "processes",
                        "none",
                        "sympy",
                        "is not there"));
    }

    @Override
    public ProgramOutcome run(ProgramTask task, ProgramLimits limits) throws SandboxException, InterruptedException {
        ProgramOutcome tooLong = Outcomes.tooLong(task).orElse(null);
        if (tooLong != null) {
            return tooLong;
        }
        if (task instanceof ProgramTask.Call call) {
            return single(Wire.bytes(Wire.call(call)), "", limits);
        }
        if (task instanceof ProgramTask.Script script) {
            return single(Wire.bytes(Wire.script(script)), script.input(), limits);
        }
        if (task instanceof ProgramTask.Check check) {
            return check(Wire.bytes(Wire.candidate(check)), Wire.bytes(Wire.test(check)), limits);
        }
        throw new SandboxException(
                "this runner does not know " + task.getClass().getName());
    }

    @Override
    public ProgramInspection inspect(String source) throws SandboxException, InterruptedException {
        return Wire.inspection(own(Wire.bytes(Wire.inspect(source))));
    }

    @Override
    public List<String> missing(List<String> modules) throws SandboxException, InterruptedException {
        return Wire.modules(own(Wire.bytes(Wire.missing(modules))));
    }

    private byte[] own(byte[] task) throws SandboxException, InterruptedException {
        Attempt attempt = attempt(List.of(task), "", OWN);
        byte[] answer = attempt.last().answer();
        if (answer == null) {
            throw new SandboxException(
                    "the interpreter failed: " + attempt.last().failure());
        }
        return answer;
    }

    private ProgramOutcome single(byte[] task, String input, ProgramLimits limits)
            throws SandboxException, InterruptedException {
        return outcome(attempt(List.of(task), input, limits), false);
    }

    private ProgramOutcome check(byte[] program, byte[] test, ProgramLimits limits)
            throws SandboxException, InterruptedException {
        return outcome(attempt(List.of(program, test), "", limits), true);
    }

    /**
     * What one or two guests did.
     *
     * @param last the guest whose answer counts
     * @param output its standard output
     * @param inTime whether it ended by itself
     * @param took wall-clock time
     */
    private record Attempt(GuestThread last, BoundedOutput output, boolean inTime, Duration took) {}

    private ProgramOutcome outcome(Attempt attempt, boolean check) throws SandboxException {
        if (closed) {
            throw new SandboxException("the runner was closed meanwhile");
        }
        Throwable failure = attempt.last().failure();
        byte[] answer = attempt.last().answer();
        if (!attempt.inTime()) {
            return new ProgramOutcome.Stopped(ProgramOutcome.Limit.TIME, attempt.took());
        }
        if (failure instanceof Ended) {
            return new ProgramOutcome.Stopped(ProgramOutcome.Limit.OUTPUT, attempt.took());
        }
        if (failure instanceof OutOfMemoryError) {
            throw new SandboxException("the JVM's heap is too small for the interpreter", failure);
        }
        if (failure instanceof StackOverflowError) {
            return new ProgramOutcome.Stopped(ProgramOutcome.Limit.MEMORY, attempt.took());
        }
        if (answer == null) {
            return new ProgramOutcome.Crashed(
                    failure == null ? "the program ended without an answer" : GuestThread.why(failure), attempt.took());
        }
        return Wire.outcome(answer, Wire.utf8(attempt.output().bytes()), attempt.took(), check);
    }

    /** Runs a task, or a program and its test joined by two pipes. */
    private Attempt attempt(List<byte[]> tasks, String input, ProgramLimits limits)
            throws SandboxException, InterruptedException {
        checkOpen();
        turns.take();
        List<Interpreter> interpreters = new ArrayList<>();
        GuestThread[] guests = new GuestThread[tasks.size()];
        try {
            while (interpreters.size() < tasks.size()) {
                interpreters.add(take());
            }
            BoundedOutput output = new BoundedOutput(limits.outputBytes());
            // Only now: starting an interpreter takes its share of the grading's time.
            Duration time = Turns.left(limits.time());
            long start = System.nanoTime();
            if (tasks.size() == 1) {
                byte[] in = input.getBytes(StandardCharsets.UTF_8);
                guests[0] = guest(
                        interpreters.get(0),
                        tasks.get(0),
                        new ByteArrayInputStream(in),
                        output,
                        OutputStream.nullOutputStream(),
                        limits,
                        () -> {});
            } else {
                Pipe there = new Pipe();
                Pipe back = new Pipe();
                OutputStream nowhere = OutputStream.nullOutputStream();
                guests[0] = guest(
                        interpreters.get(0), tasks.get(0), there.source(), nowhere, back.sink(), limits, back::end);
                guests[1] = guest(
                        interpreters.get(1), tasks.get(1), back.source(), output, there.sink(), limits, there::end);
            }
            GuestThread last = guests[guests.length - 1];
            running.addAll(List.of(guests));
            boolean inTime = last.join(time.toMillis());
            return new Attempt(last, output, inTime, Duration.ofNanos(System.nanoTime() - start));
        } finally {
            for (GuestThread guest : guests) {
                if (guest != null) {
                    running.remove(guest);
                }
            }
            for (int i = 0; i < interpreters.size(); i++) {
                // One that does not stop keeps its interpreter, which is never used again.
                if (guests[i] == null || guests[i].stop()) {
                    idle.push(interpreters.get(i));
                }
            }
            turns.giveBack();
        }
    }

    private GuestThread guest(
            Interpreter interpreter,
            byte[] task,
            InputStream input,
            OutputStream output,
            OutputStream link,
            ProgramLimits limits,
            Runnable after) {
        return new GuestThread(
                "reft-guest",
                () -> interpreter.run(
                        task,
                        input,
                        output,
                        link,
                        Math.min(limits.memoryBytes(), mostMemory),
                        limits.outputBytes() + ENVELOPE),
                after);
    }

    private Interpreter take() {
        Interpreter interpreter = idle.poll();
        return interpreter == null ? image.another() : interpreter;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the runner is closed");
        }
    }

    @Override
    public void close() {
        closed = true;
        running.forEach(GuestThread::stop);
        idle.clear();
    }
}
