package dev.reft.benchmarks;

import dev.reft.graders.ExactGrader;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Gradings a second on one core: of a typical completion, and of the slowest of 50,000 characters that could be found by looking at each
 * algorithm ({@link GraderTexts}). What a sandbox, a judge or an embedder takes is not in it: theirs answer at once here.
 *
 * <p>Usage: {@code java org.openjdk.jmh.Main GraderThroughput}, from this module's class path.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 2, time = 1)
@Fork(1)
public class GraderThroughput {
    /** What grades: a name of {@link GraderNames}. */
    @Param({
        "reft",
        "reft_published",
        "numeric",
        "numeric_last",
        "exact",
        "choice",
        "regex",
        "squad",
        "search_r1",
        "maths",
        "math_verify",
        "reasoning_accuracy",
        "maths_strings",
        "minerva",
        "strict_box",
        "prm800k",
        "instructions",
        "instructions_all",
        "format",
        "format_steps",
        "format_fields",
        "length",
        "repetition",
        "repetition_words",
        "cosine_scaled",
        "gated",
        "weighted",
        "truncation",
        "group_length",
        "structured",
        "structured_fields",
        "schema_gate",
        "fuzzy_match",
        "bleu",
        "gleu",
        "meteor",
        "rouge_1",
        "rouge_2",
        "rouge_3",
        "rouge_4",
        "rouge_5",
        "rouge_l",
        "cosine",
        "code",
        "program",
        "judge_reference",
        "judge_score",
        "judge_rubric",
        "judge_likelihood",
        "openai_string_check",
        "openai_text_similarity",
        "openai_score_model",
        "openai_label_model",
        "openai_python",
        "openai_multi"
    })
    public String grader = "reft";

    /** Which completion: {@code typical} or {@code hard}. */
    @Param({"typical", "hard"})
    public String input = "typical";

    private Grader made = ExactGrader.whole();
    private GraderTexts.Sample sample = new GraderTexts.Sample(Prompt.text("p", "", "18"), "18");

    /** For the runner. */
    public GraderThroughput() {}

    /** Makes grader and input. */
    @Setup
    public void make() {
        made = GraderNames.grader(grader);
        sample = input.equals("hard") ? GraderTexts.hard(grader) : GraderTexts.typical(grader);
    }

    /**
     * One grading.
     *
     * @return the grade
     * @throws Exception if the grader does
     */
    @Benchmark
    public Grade grade() throws Exception {
        return made.grade(sample.prompt(), sample.completion());
    }
}
