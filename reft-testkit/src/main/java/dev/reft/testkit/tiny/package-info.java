/** A small exact language model in plain Java and double precision: it scores, generates and trains without natives. */
@NullMarked
package dev.reft.testkit.tiny;

import org.jspecify.annotations.NullMarked;
