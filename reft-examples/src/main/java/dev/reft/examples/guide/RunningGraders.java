package dev.reft.examples.guide;

import dev.reft.graders.execution.AuditLog;
import dev.reft.graders.execution.AuditedGrader;
import dev.reft.graders.execution.CachingGrader;
import dev.reft.graders.execution.ConcurrencyLimitedGrader;
import dev.reft.graders.execution.ErrorRateGuard;
import dev.reft.graders.execution.GradingExecutor;
import dev.reft.graders.execution.GradingSummary;
import dev.reft.graders.execution.RateLimitedGrader;
import dev.reft.graders.execution.RetryPolicy;
import dev.reft.graders.execution.RetryingGrader;
import dev.reft.graders.execution.Sample;
import dev.reft.graders.execution.TimeLimitedGrader;
import dev.reft.grading.Grader;
import dev.reft.grading.GradingLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Grades outside a trainer. */
public final class RunningGraders {
    private RunningGraders() {}

    // region running-graders
    /**
     * Grades recorded answers with a remote grader, carefully.
     *
     * @param remote a grader that may be slow, busy or down
     * @param samples what to grade
     * @param log gets a line for each grading
     * @return what came of it
     * @throws Exception if the log cannot be opened, or too many gradings fail
     */
    public static GradingSummary run(Grader remote, List<Sample> samples, Path log) throws Exception {
        Grader grader = new TimeLimitedGrader(remote, Duration.ofSeconds(10)); // for each try
        grader = new ConcurrencyLimitedGrader(grader, 8);
        grader = new RateLimitedGrader(grader, 50); // starts a second
        grader = new RetryingGrader(grader, RetryPolicy.DEFAULT);
        grader = new CachingGrader(grader, "identity service, version 2", 100_000);
        grader = new ErrorRateGuard(grader, 0.2, 100, 5); // stops at 20 failures of 100, and tells 5
        GradingLimits limits = new GradingLimits(16, Duration.ofMinutes(2), 1, Duration.ofSeconds(1), 10);
        try (AuditLog audit = AuditLog.open(log);
                GradingExecutor executor = new GradingExecutor(new AuditedGrader(grader, "identity", audit), limits)) {
            return GradingSummary.of(executor.grade(samples));
        }
    }
    // endregion
}
