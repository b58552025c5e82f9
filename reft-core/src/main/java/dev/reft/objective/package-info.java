/** Losses on per-token numbers with their slopes, and the cutting of a batch into passes that add up exactly. */
@NullMarked
package dev.reft.objective;

import org.jspecify.annotations.NullMarked;
