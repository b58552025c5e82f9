/** Models of a hub: fetched by an explicit call into a cache that other tools share, opened from that cache only. */
@NullMarked
package dev.reft.checkpoint.hub;

import org.jspecify.annotations.NullMarked;
