@NullMarked
package dev.reft.graders.shaping;

import org.jspecify.annotations.NullMarked;
