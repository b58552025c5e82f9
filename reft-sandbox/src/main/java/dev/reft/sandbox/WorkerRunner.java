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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingDeque;
import tools.jackson.databind.JsonNode;

/** A pool of workers. A worker that failed is killed, and another started in its place at the next task. */
final class WorkerRunner implements ProgramRunner {
    /** For what is ours to run: looking at programs and for modules. */
    private static final ProgramLimits OWN = new ProgramLimits(Duration.ofSeconds(30), 512L << 20, 4 << 20);

    private static final int SIGXCPU = 24;

    private final RunnerSpec spec;
    private final String without;
    private final SandboxReport report;
    private final Turns turns;
    private final BlockingDeque<WorkerProcess> idle = new LinkedBlockingDeque<>();
    private final Set<WorkerProcess> all = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private WorkerRunner(RunnerSpec spec, String without, WorkerProcess first) {
        this.spec = spec;
        this.without = without;
        this.turns = new Turns(spec.parallel());
        Map<String, String> protections = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry :
                first.hello().path("protections").properties()) {
            protections.put(entry.getKey(), entry.getValue().asString());
        }
        protections.put("sympy", first.hello().path("sympy").asBoolean(false) ? "is there" : "is not there");
        this.report =
                new SandboxReport(Backend.WORKER, first.hello().path("python").asString(), protections);
        all.add(first);
        idle.add(first);
    }

    static WorkerRunner open(RunnerSpec spec, String without) throws SandboxException {
        try {
            return new WorkerRunner(spec, without, probed(spec, without));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SandboxException("interrupted while the worker was starting", e);
        }
    }

    /** A new worker whose every protection has been tried. */
    private static WorkerProcess probed(RunnerSpec spec, String without) throws SandboxException, InterruptedException {
        WorkerProcess worker = WorkerProcess.start(spec.python(), without);
        try {
            WorkerProcess.Run run = worker.run(
                    Wire.bytes(Map.of("task", "probe")), new byte[0], OWN.time(), 64L << 20, OWN.outputBytes());
            JsonNode probe = Wire.own(run.answer());
            JsonNode broken = probe.path("broken");
            if (!broken.isArray() || !broken.isEmpty()) {
                throw new SandboxException("programs are not confined by '" + spec.python() + "': one could "
                        + (broken.isArray() ? broken : probe));
            }
            return worker;
        } catch (SandboxException | InterruptedException | RuntimeException e) {
            worker.close();
            throw e;
        }
    }

    @Override
    public SandboxReport report() {
        return report;
    }

    @Override
    public ProgramOutcome run(ProgramTask task, ProgramLimits limits) throws SandboxException, InterruptedException {
        ProgramOutcome tooLong = Outcomes.tooLong(task).orElse(null);
        if (tooLong != null) {
            return tooLong;
        }
        boolean check = task instanceof ProgramTask.Check;
        byte[] test = new byte[0];
        byte[] main;
        if (task instanceof ProgramTask.Call call) {
            main = Wire.bytes(Wire.call(call));
        } else if (task instanceof ProgramTask.Script script) {
            main = Wire.bytes(Wire.script(script));
        } else if (task instanceof ProgramTask.Check both) {
            main = Wire.bytes(Wire.candidate(both));
            test = Wire.bytes(Wire.test(both));
        } else {
            throw new SandboxException(
                    "this runner does not know " + task.getClass().getName());
        }
        return outcome(run(main, test, limits), check);
    }

    private static ProgramOutcome outcome(WorkerProcess.Run run, boolean check) throws SandboxException {
        Duration took = Duration.ofNanos((long) (run.end().path("seconds").asDouble(0) * 1e9));
        String limit = run.end().path("limit").asString("");
        int status = run.end().path("status").asInt(-1);
        if (limit.equals("output")) {
            return new ProgramOutcome.Stopped(ProgramOutcome.Limit.OUTPUT, took);
        }
        if (limit.equals("time") || status == -SIGXCPU) {
            return new ProgramOutcome.Stopped(ProgramOutcome.Limit.TIME, took);
        }
        if (status != 0) {
            String how = status < 0 ? "was ended by signal " + -status : "left its interpreter with status " + status;
            return new ProgramOutcome.Crashed("the program " + how, took);
        }
        return Wire.outcome(run.answer(), Wire.utf8(run.output()), took, check);
    }

    @Override
    public ProgramInspection inspect(String source) throws SandboxException, InterruptedException {
        return Wire.inspection(
                run(Wire.bytes(Wire.inspect(source)), new byte[0], OWN).answer());
    }

    @Override
    public List<String> missing(List<String> modules) throws SandboxException, InterruptedException {
        return Wire.modules(
                run(Wire.bytes(Wire.missing(modules)), new byte[0], OWN).answer());
    }

    private WorkerProcess.Run run(byte[] task, byte[] test, ProgramLimits limits)
            throws SandboxException, InterruptedException {
        checkOpen();
        turns.take();
        WorkerProcess worker = null;
        boolean well = false;
        try {
            worker = take();
            // Only now: starting a worker takes its share of the grading's time.
            Duration time = Turns.left(limits.time());
            WorkerProcess.Run run = worker.run(task, test, time, limits.memoryBytes(), limits.outputBytes());
            well = true;
            return run;
        } finally {
            if (worker != null) {
                giveBack(worker, well);
            }
            turns.giveBack();
        }
    }

    private WorkerProcess take() throws SandboxException, InterruptedException {
        for (WorkerProcess worker = idle.poll(); worker != null; worker = idle.poll()) {
            if (worker.isAlive()) {
                return worker;
            }
            all.remove(worker);
        }
        WorkerProcess fresh = probed(spec, without);
        all.add(fresh);
        return fresh;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the runner is closed");
        }
    }

    private void giveBack(WorkerProcess worker, boolean well) {
        if (well && !closed) {
            idle.push(worker);
        } else {
            worker.close();
            all.remove(worker);
        }
    }

    /** The workers' process ids, for tests. */
    List<Long> pids() {
        return all.stream().map(WorkerProcess::pid).toList();
    }

    @Override
    public void close() {
        closed = true;
        all.forEach(WorkerProcess::close);
        all.clear();
        idle.clear();
    }
}
