/**
 * Graders that run what a model wrote: programs whose value is the answer (P-CoT), code with tests, and OpenAI's
 * {@code python} grader.
 *
 * <p>The Python itself runs in a {@link dev.reft.graders.programs.ProgramRunner}, found by {@code ServiceLoader}
 * ({@link dev.reft.graders.programs.ProgramRunners}); {@code reft-sandbox} brings two. What a run returns is untrusted:
 * the expected answer stays in the JVM and is compared here.
 */
@NullMarked
package dev.reft.graders.programs;

import org.jspecify.annotations.NullMarked;
