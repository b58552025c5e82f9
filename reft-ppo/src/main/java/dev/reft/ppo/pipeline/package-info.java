/** Stages that run once, go on after a kill, and write down where everything came from. */
@NullMarked
package dev.reft.ppo.pipeline;

import org.jspecify.annotations.NullMarked;
