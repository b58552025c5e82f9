/** Data sets: mixing by weights, overlap with test sets, duplicates, and files of JSON lines. */
@NullMarked
package dev.reft.ppo.data;

import org.jspecify.annotations.NullMarked;
