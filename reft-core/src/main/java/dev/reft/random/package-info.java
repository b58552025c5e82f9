/** Randomness that comes from place, never from history. */
@NullMarked
package dev.reft.random;

import org.jspecify.annotations.NullMarked;
