package dev.reft.torch;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Where tokens stand in their rows, in the forms that a decoder reads. The tensors belong to the scope around.
 *
 * @param positions [N], int64, from 0
 * @param rotary the rotation at these positions, or null if the model does not rotate
 */
record Places(Tensor positions, Rotation.@Nullable Rotary rotary) {
    /** Turns queries or keys [N, heads, headWidth] by their positions, if the model does. */
    Tensor turn(Tensor x) {
        return rotary == null ? x : rotary.turn(x);
    }
}
