/**
 * Writes models as ONNX graphs, from their configuration and their weights on disk alone. The graphs' inputs and outputs bear
 * the names that others of the field use ({@code input_ids}, {@code past_key_values.0.key}, {@code logits}, {@code
 * present.0.key}, ...), so that other programs run them too.
 */
@NullMarked
package dev.reft.onnx.export;

import org.jspecify.annotations.NullMarked;
