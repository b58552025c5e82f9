/** Files that are either wholly there or not at all. */
@NullMarked
package dev.reft.io;

import org.jspecify.annotations.NullMarked;
