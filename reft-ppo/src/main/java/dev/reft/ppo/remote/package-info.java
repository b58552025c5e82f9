/** Sampling with a model that another process serves over HTTP, and giving it new weights. */
@NullMarked
package dev.reft.ppo.remote;

import org.jspecify.annotations.NullMarked;
