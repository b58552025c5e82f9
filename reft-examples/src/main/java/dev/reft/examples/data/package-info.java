/** Word problems: readers of published data sets, and a generator. */
@NullMarked
package dev.reft.examples.data;

import org.jspecify.annotations.NullMarked;
