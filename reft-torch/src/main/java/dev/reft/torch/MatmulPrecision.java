package dev.reft.torch;

import dev.reft.model.ProviderOption;
import java.util.Locale;

/**
 * How exactly libtorch multiplies fp32 matrices. It holds for the whole process: the first opening fixes it, and a later
 * one that wishes otherwise is refused.
 *
 * <p>On x86-64 CPUs {@link #MEDIUM} sends the products to oneDNN instead of OpenBLAS, which is two to four times as fast
 * and still true fp32, except on CPUs with AMX, where it computes in bf16. So the default is {@code MEDIUM} on Linux x86-64
 * without AMX and {@link #HIGHEST} elsewhere. The choice is logged.
 */
public enum MatmulPrecision implements ProviderOption {
    /** Always true fp32. */
    HIGHEST,
    /** TF32 on CUDA. */
    HIGH,
    /** bf16 where the hardware has it. */
    MEDIUM;

    String torchName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
