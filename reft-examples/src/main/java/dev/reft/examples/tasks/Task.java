package dev.reft.examples.tasks;

import dev.reft.grading.Grader;
import java.util.List;

/** Something that a small model can get better at, with generated items and a grader that checks answers. */
interface Task extends AutoCloseable {
    /** Letters, digits and hyphens. */
    String name();

    /** Words that the model needs beside those of the word problems. */
    List<String> words();

    /** An item, drawn. */
    Item draw(Dice dice);

    /** Scores in [0, 1]; 1 is solved, and an answer that was cut off is worth 0. */
    Grader grader();

    /** Most tokens of an answer, its end included. */
    int maxTokens();

    /** Frees what the grader holds. */
    @Override
    default void close() {}
}
