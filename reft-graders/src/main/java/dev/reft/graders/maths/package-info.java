/**
 * Mathematical answers: found in a completion and compared with the reference by what they mean, without a computer algebra
 * system.
 *
 * <p>{@link dev.reft.graders.maths.MathGrader} is the way in. An answer is LaTeX or plain text; a small parser (limited in depth and
 * size) makes a tree of it; numbers are compared exactly where they are rational and to 40 digits otherwise, expressions at random
 * points that are always the same. Rules of published graders that disagree with this are named modes.
 */
@NullMarked
package dev.reft.graders.maths;

import org.jspecify.annotations.NullMarked;
