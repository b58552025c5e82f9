/** Measurements of the engine, the trainer and the boundary between them. */
@NullMarked
package dev.reft.benchmarks;

import org.jspecify.annotations.NullMarked;
