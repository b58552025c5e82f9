@NullMarked
package dev.reft.graders.similarity;

import org.jspecify.annotations.NullMarked;
