/**
 * Runs untrusted Python: CPython as WebAssembly within the JVM ({@link dev.reft.sandbox.EmbeddedProvider}), or a confined
 * worker process of the system's {@code python3} ({@link dev.reft.sandbox.WorkerProvider}). Both are found by
 * {@link dev.reft.graders.programs.ProgramRunners}; nothing here is called by name.
 *
 * <p>What runs in the interpreters lies beside these classes: {@code guest.py} does a task, {@code link.py} and
 * {@code test.py} join a program and its test, {@code worker.py} and {@code embedded.py} are the two hosts.
 */
@NullMarked
package dev.reft.sandbox;

import org.jspecify.annotations.NullMarked;
