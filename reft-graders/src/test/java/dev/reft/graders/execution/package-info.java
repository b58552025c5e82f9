@NullMarked
package dev.reft.graders.execution;

import org.jspecify.annotations.NullMarked;
