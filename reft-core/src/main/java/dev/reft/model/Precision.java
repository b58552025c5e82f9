package dev.reft.model;

/** Number format of weights and arithmetic. The enum grows. */
public enum Precision {
    /** 32-bit floats throughout. */
    FP32,
    /** bfloat16 weights and activations; fp32 master weights, optimiser state and log-probabilities. */
    BF16
}
