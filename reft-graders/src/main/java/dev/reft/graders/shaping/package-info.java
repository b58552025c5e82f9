/**
 * Graders of form rather than content, and graders made of graders: think and answer tags, length, repetition, overlong answers;
 * weighted sums, gates, and metrics that are only looked at.
 *
 * <p>All scans are by hand or by expressions without nested repetition: time is linear in the length of the text.
 */
@NullMarked
package dev.reft.graders.shaping;

import org.jspecify.annotations.NullMarked;
