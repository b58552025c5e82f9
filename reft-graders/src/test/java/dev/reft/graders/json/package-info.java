@NullMarked
package dev.reft.graders.json;

import org.jspecify.annotations.NullMarked;
