/** What a run shows: a live line in the terminal, and a report of one HTML file. */
@NullMarked
package dev.reft.examples.view;

import org.jspecify.annotations.NullMarked;
