package dev.reft.examples.rft;

import dev.reft.examples.run.RunFolder;
import dev.reft.grading.Grader;
import dev.reft.model.Sampler;
import dev.reft.ppo.EvaluationConfig;
import dev.reft.ppo.EvaluationReport;
import dev.reft.ppo.Evaluator;
import java.util.Locale;

/** The held-out rows of a job, answered and graded now and then; what was answered is kept to be read. */
final class HeldOutRows {
    private static final int CONCURRENT = 128;

    private final JobData data;
    private final Grader grader;
    private final RunFolder folder;
    private final EvaluationConfig config;
    private final int answers;

    HeldOutRows(JobPlan plan, JobData data, Grader grader, RunFolder folder) {
        this.data = data;
        this.grader = grader;
        this.folder = folder;
        int samples = plan.numbers().evaluationSamples();
        answers = samples * data.validation().size();
        config = (samples == 1
                        ? EvaluationConfig.greedy(plan.maxTokens())
                        : EvaluationConfig.voting(
                                samples, (float) plan.temperature(), plan.maxTokens(), JobRun.seed(plan, "evaluation")))
                .withConcurrentSamples(CONCURRENT);
    }

    /** Answers of an evaluation. */
    int answers() {
        return answers;
    }

    HeldOut evaluate(Sampler policy, long step) {
        EvaluationReport report = new Evaluator(policy, grader, config).evaluate(data.validation());
        HeldOut.write(report, folder.path(String.format(Locale.ROOT, "answers/step-%06d.jsonl", step)));
        return HeldOut.of(report);
    }
}
