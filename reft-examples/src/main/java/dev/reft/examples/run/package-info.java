/** A whole run of ReFT in stages, each of which goes on where it was when the same command is given again. */
@NullMarked
package dev.reft.examples.run;

import org.jspecify.annotations.NullMarked;
