/**
 * Structured output: JSON compared with a reference field by field, each field with a grader and a weight of its own; lists by precision,
 * recall or F1; an optional JSON-schema gate; and calls of tools.
 */
@NullMarked
package dev.reft.graders.structured;

import org.jspecify.annotations.NullMarked;
