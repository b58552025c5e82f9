/**
 * Models on libtorch: one decoder for the Llama family that scores, generates and trains, on the CPU and on CUDA.
 *
 * <p>Native memory is owned by scopes, never by the garbage collector: every public call opens and closes its own scope,
 * and only parameters, optimiser state and the open pass or generation outlive it.
 */
@NullMarked
package dev.reft.torch;

import org.jspecify.annotations.NullMarked;
