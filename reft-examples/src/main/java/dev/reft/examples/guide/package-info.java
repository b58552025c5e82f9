/** The compiled snippets of README and guide. */
@NullMarked
package dev.reft.examples.guide;

import org.jspecify.annotations.NullMarked;
