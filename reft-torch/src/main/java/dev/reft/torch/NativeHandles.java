package dev.reft.torch;

import org.bytedeco.javacpp.Pointer;

/**
 * Counts the objects of libtorch that this process holds. Training and generating leave the count as it was once what was
 * opened for them is closed, so a count that grows from step to step is a leak.
 */
public final class NativeHandles {
    private NativeHandles() {}

    /**
     * The handles that are open now, of all models.
     *
     * @return a count, &gt;= 0
     */
    public static long count() {
        return Pointer.totalCount();
    }
}
