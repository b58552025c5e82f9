/**
 * Running graders safely: decorators that limit, retry, cache, guard and log any {@link dev.reft.grading.Grader}, and an executor for
 * grading lists of samples outside a trainer.
 *
 * <p>Decorators are graders, so they combine. From the outside in, an order that serves most remote graders:
 * {@link dev.reft.graders.execution.AuditedGrader}, {@link dev.reft.graders.execution.ErrorRateGuard},
 * {@link dev.reft.graders.execution.CachingGrader}, {@link dev.reft.graders.execution.RetryingGrader},
 * {@link dev.reft.graders.execution.RateLimitedGrader}, {@link dev.reft.graders.execution.ConcurrencyLimitedGrader},
 * {@link dev.reft.graders.execution.TimeLimitedGrader}. Waiting counts against the time limits further out.
 */
@NullMarked
package dev.reft.graders.execution;

import org.jspecify.annotations.NullMarked;
