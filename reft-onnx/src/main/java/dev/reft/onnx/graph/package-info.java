/**
 * Writes ONNX files: the few messages of the format that a model needs, encoded here. Field numbers and types are those of
 * {@code onnx.proto} (ONNX 1.17).
 */
@NullMarked
package dev.reft.onnx.graph;

import org.jspecify.annotations.NullMarked;
