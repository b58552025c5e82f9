/** How sure a measured accuracy is, and paired tests of two models: over problems, over seeds, pooled. */
@NullMarked
package dev.reft.ppo.statistics;

import org.jspecify.annotations.NullMarked;
