/**
 * Graders that ask a model: a judge behind an OpenAI-compatible address ({@link dev.reft.graders.judges.HttpChatModel}) or in
 * this process ({@link dev.reft.graders.judges.SamplerChatModel}), rubrics with weights, a reward model, and a web service
 * that grades.
 *
 * <p>A judge that fails (does not answer, refuses, answers what holds no verdict) throws a
 * {@link dev.reft.graders.judges.JudgeException}: the grading has failed, and the sample is never scored 0 for it. An empty
 * completion is scored 0 without asking.
 */
@NullMarked
package dev.reft.graders.judges;

import org.jspecify.annotations.NullMarked;
