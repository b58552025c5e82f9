@NullMarked
package dev.reft.graders.openai;

import org.jspecify.annotations.NullMarked;
