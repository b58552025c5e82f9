/** Makes prompts with checkable constraints and maths problems, driven by personas, through any sampler. */
@NullMarked
package dev.reft.examples.generate;

import org.jspecify.annotations.NullMarked;
