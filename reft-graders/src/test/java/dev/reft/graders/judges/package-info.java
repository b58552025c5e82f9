@NullMarked
package dev.reft.graders.judges;

import org.jspecify.annotations.NullMarked;
