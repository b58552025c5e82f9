package dev.reft.graders.programs;

/** The kinds of runners. The enum grows. */
public enum Backend {
    /** CPython as WebAssembly within the JVM: runs anywhere, has the standard library only, and is slow in loops. */
    EMBEDDED,
    /** A confined worker process of the system's {@code python3}, with what is installed there: fast, Linux only. */
    WORKER
}
