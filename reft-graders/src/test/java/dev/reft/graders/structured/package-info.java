@NullMarked
package dev.reft.graders.structured;

import org.jspecify.annotations.NullMarked;
