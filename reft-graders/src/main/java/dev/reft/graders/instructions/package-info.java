/**
 * Constraints on how an answer is written: the 25 of IFEval, the 29 that open-instruct added, and open-instruct's 25 older
 * functions, each by its published name and arguments.
 *
 * <p>{@link dev.reft.graders.instructions.Instructions} makes one checker by name;
 * {@link dev.reft.graders.instructions.InstructionGrader} grades a completion against its prompt's whole list. The rules are those of
 * google-research {@code instruction_following_eval} and of allenai/open-instruct ({@code IFEvalG}, {@code if_functions.py}).
 * Deviations: keywords and markers are plain text, never regular expressions, so that no data set can hang a grader; an
 * argument that the published code would draw at random is refused; language and sentences are found by own rules
 * ({@link dev.reft.graders.instructions.LanguageDetector}).
 */
@NullMarked
package dev.reft.graders.instructions;

import org.jspecify.annotations.NullMarked;
