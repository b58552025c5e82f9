package dev.reft.examples.run;

/**
 * An answer of a model and whether it is right.
 *
 * @param id the problem's
 * @param text what the model wrote
 * @param extracted what was read as the answer
 * @param right whether it is right
 */
record Answer(String id, String text, String extracted, boolean right) {}
