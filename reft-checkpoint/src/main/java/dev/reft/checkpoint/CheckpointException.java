package dev.reft.checkpoint;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file of a model is malformed, truncated, hostile, missing or asks for something that is not supported. The message
 * names the file and the field.
 */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The file at fault. */
    private final String file;

    /** The field at fault. */
    private final String field;

    /**
     * A problem of one field of a file.
     *
     * @param file the file
     * @param field the field, tensor or part of the file
     * @param problem what is wrong, with the value found
     */
    public CheckpointException(Path file, String field, String problem) {
        super(file + ": " + field + ": " + problem);
        this.file = file.toString();
        this.field = field;
    }

    /**
     * A problem of one field of a file, found by something else.
     *
     * @param file the file
     * @param field the field, tensor or part of the file
     * @param problem what is wrong, with the value found
     * @param cause what found it
     */
    public CheckpointException(Path file, String field, String problem, Throwable cause) {
        super(file + ": " + field + ": " + problem, cause);
        this.file = file.toString();
        this.field = field;
    }

    /**
     * A file that could not be read.
     *
     * @param file the file
     * @param cause the failure
     * @return the exception
     */
    public static CheckpointException unreadable(Path file, IOException cause) {
        return new CheckpointException(file, "file", "cannot be read: " + cause, cause);
    }

    /**
     * The file at fault.
     *
     * @return its path as it was given
     */
    public String file() {
        return file;
    }

    /**
     * The field, tensor or part of the file at fault.
     *
     * @return its name
     */
    public String field() {
        return field;
    }
}
