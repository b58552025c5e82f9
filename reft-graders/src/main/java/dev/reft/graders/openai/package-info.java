/**
 * OpenAI's grader JSON, read and written unchanged and run without OpenAI: {@code string_check}, {@code text_similarity},
 * {@code score_model}, {@code label_model}, {@code python}, {@code multi} and Azure's {@code endpoint}; the job file and the
 * data rows of reinforcement fine-tuning around them.
 *
 * <p>A {@link dev.reft.graders.openai.GraderDefinition} is the JSON that was read and the
 * {@link dev.reft.graders.openai.GraderSpec} that it means. {@link dev.reft.graders.openai.Validation} checks it strictly,
 * {@link dev.reft.graders.openai.GraderRun} grades one sample and answers in the shapes of OpenAI's {@code run}, and
 * {@link dev.reft.graders.openai.OpenAiGrader} is the {@link dev.reft.grading.Grader} for training. Schemas: the OpenAPI file
 * of {@code openai/openai-openapi} at f85dbe2; meanings: OpenAI's graders guide and reinforcement fine-tuning guide.
 */
@NullMarked
package dev.reft.graders.openai;

import org.jspecify.annotations.NullMarked;
