/** Sampling completions: requests, how tokens are drawn, what comes back. */
@NullMarked
package dev.reft.generation;

import org.jspecify.annotations.NullMarked;
