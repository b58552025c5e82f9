/** Warnings of reward hacking and collapse, and which checkpoint to go back to. */
@NullMarked
package dev.reft.ppo.watch;

import org.jspecify.annotations.NullMarked;
