/**
 * Models on ONNX Runtime: they score, generate and embed, on the CPU and on CUDA. They do not train.
 *
 * <p>Native memory is owned by scopes: what a call makes it frees, and only sessions and the caches of open generations
 * outlive it. The runtime's environment is the process's one.
 */
@NullMarked
package dev.reft.onnx;

import org.jspecify.annotations.NullMarked;
