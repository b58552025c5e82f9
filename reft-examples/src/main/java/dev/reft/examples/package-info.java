/** Runnable examples, and the program that the README shows first. */
@NullMarked
package dev.reft.examples;

import org.jspecify.annotations.NullMarked;
