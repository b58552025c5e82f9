package dev.reft.benchmarks;

import dev.reft.graders.programs.Backend;
import dev.reft.graders.programs.ProgramInspection;
import dev.reft.graders.programs.ProgramLimits;
import dev.reft.graders.programs.ProgramOutcome;
import dev.reft.graders.programs.ProgramRunner;
import dev.reft.graders.programs.ProgramTask;
import dev.reft.graders.programs.PythonValue;
import dev.reft.graders.programs.SandboxReport;
import dev.reft.model.ModelInfo;
import dev.reft.model.Output;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.text.Embedder;
import dev.reft.text.Message;
import dev.reft.text.Tokenizer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/** Stand-ins that answer at once, so that what is measured is the grader's own part. */
final class InstantModels {
    private InstantModels() {}

    /** A sandbox: a task with input prints what the input says; a call returns 18, a check passes. */
    static final class Sandbox implements ProgramRunner {
        private static final Duration TOOK = Duration.ofMillis(1);

        @Override
        public SandboxReport report() {
            return new SandboxReport(Backend.EMBEDDED, "none", Map.of());
        }

        @Override
        public ProgramOutcome run(ProgramTask task, ProgramLimits limits) {
            if (task instanceof ProgramTask.Script script) {
                return new ProgramOutcome.Completed(PythonValue.NONE, script.input(), TOOK);
            }
            PythonValue value = new PythonValue(PythonValue.Kind.REAL, "18.0", OptionalDouble.of(18));
            return new ProgramOutcome.Completed(value, "", TOOK);
        }

        @Override
        public ProgramInspection inspect(String source) {
            return new ProgramInspection("", List.of(), Map.of());
        }

        @Override
        public List<String> missing(List<String> modules) {
            return List.of();
        }

        @Override
        public void close() {}
    }

    /** An embedder of 384 numbers, as small sentence models have. */
    static final class Letters implements Embedder {
        private static final int SIZE = 384;

        @Override
        public List<float[]> embed(List<String> texts) {
            return texts.stream().map(Letters::counts).toList();
        }

        private static float[] counts(String text) {
            float[] counts = new float[SIZE];
            text.chars().forEach(c -> counts[c % SIZE]++);
            return counts;
        }

        @Override
        public int dimensions() {
            return SIZE;
        }
    }

    /** A model that finds every token equally likely; a char is a token. */
    static final class Reader implements Scorer, Tokenizer {
        @Override
        public TokenScores score(TokenBatch batch, Set<Output> wanted) {
            float[][] logProbs = new float[batch.size()][];
            for (int i = 0; i < logProbs.length; i++) {
                logProbs[i] = new float[batch.row(i).scored().length];
            }
            return new TokenScores(batch, Map.of(Output.LOG_PROB, logProbs));
        }

        @Override
        public ModelInfo info() {
            return new ModelInfo("instant", 1 << 16, 1 << 20, 1 << 20, Set.of(Output.LOG_PROB), 1e-6);
        }

        @Override
        public Tokenizer tokenizer() {
            return this;
        }

        @Override
        public int[] encode(String text) {
            return text.chars().toArray();
        }

        @Override
        public int[] encodeControls(String text) {
            return encode(text);
        }

        @Override
        public String decode(int[] ids) {
            return new String(ids, 0, ids.length);
        }

        @Override
        public Set<Integer> endIds() {
            return Set.of(0);
        }

        @Override
        public int[] render(List<Message> chat, boolean openAnswer, Map<String, Object> variables) {
            return encode(String.valueOf(chat));
        }

        @Override
        public void close() {}
    }
}
