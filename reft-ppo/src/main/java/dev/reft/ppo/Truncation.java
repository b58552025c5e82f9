package dev.reft.ppo;

/** The value of the state after a completion that was cut off by its length. The enum grows. */
public enum Truncation {
    /** Zero, as if it had ended there: the published ReFT code, TRL. */
    ZERO,
    /** The critic's value of that state: cutting off is not the end of the problem. */
    BOOTSTRAP
}
