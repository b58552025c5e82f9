/**
 * Ready-made graders that check an answer: ReFT's rules, exact text, and numbers.
 *
 * <p>A grader is an {@link dev.reft.graders.AnswerRule}, which judges one text against a reference, and
 * {@link dev.reft.graders.AnswerScores}, which say what each verdict is worth. No rule uses a regular expression: every
 * scan is linear in the length of the text.
 */
@NullMarked
package dev.reft.graders;

import org.jspecify.annotations.NullMarked;
