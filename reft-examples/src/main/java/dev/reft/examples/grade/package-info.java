/** Grading a file of samples with a grader of OpenAI's JSON. */
@NullMarked
package dev.reft.examples.grade;

import org.jspecify.annotations.NullMarked;
