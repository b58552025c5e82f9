/**
 * JSON as plain types: an object is a {@link java.util.Map} in the order of the text, an array a {@link java.util.List},
 * a number a {@link dev.reft.graders.json.JsonNumber} that keeps its text, so that what is read can be written unchanged.
 */
@NullMarked
package dev.reft.graders.json;

import org.jspecify.annotations.NullMarked;
