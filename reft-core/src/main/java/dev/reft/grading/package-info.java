/** Prompts, graders and the three outcomes of a grading. */
@NullMarked
package dev.reft.grading;

import org.jspecify.annotations.NullMarked;
