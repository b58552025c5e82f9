/** Trainers: supervised warm-up, PPO as in ReFT, their stages, checkpoints and metrics. */
@NullMarked
package dev.reft.ppo;

import org.jspecify.annotations.NullMarked;
