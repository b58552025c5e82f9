/** Completions rated by people: export to a file or a local page, read back and checked, as grades and as pairs. */
@NullMarked
package dev.reft.ppo.feedback;

import org.jspecify.annotations.NullMarked;
