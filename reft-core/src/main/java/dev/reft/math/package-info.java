/**
 * The formulas of reinforcement fine-tuning as pure functions on primitives and arrays; nothing here knows a model.
 *
 * <p>Arrays hold one number for each <em>scored</em> token of a row (the model's own tokens), so there are no masks.
 * Values have one number more than tokens: the state before each token, and the state after the last. Arithmetic is in
 * doubles.
 */
@NullMarked
package dev.reft.math;

import org.jspecify.annotations.NullMarked;
