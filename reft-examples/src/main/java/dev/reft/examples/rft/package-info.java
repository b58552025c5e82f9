/** Jobs of OpenAI's reinforcement fine-tuning, run here: job file, grader and data unchanged. */
@NullMarked
package dev.reft.examples.rft;

import org.jspecify.annotations.NullMarked;
