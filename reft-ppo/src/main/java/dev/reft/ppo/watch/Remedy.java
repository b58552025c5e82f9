package dev.reft.ppo.watch;

/** How grave it is that a rule is broken. The enum grows. */
public enum Remedy {
    /** Read completions: it may be hacking, and may be learning. */
    LOOK,
    /** Stop, or go back to the last good checkpoint. */
    GO_BACK
}
