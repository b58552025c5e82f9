package dev.reft.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

class CommandsTest {
    @Test
    void aFailureSaysWhyOnce() {
        IOException full = new IOException("No space left on device");
        assertEquals(
                "cannot write the state to a/policy: No space left on device",
                Commands.message(new UncheckedIOException("cannot write the state to a/policy", full)));
        assertEquals("java.io.IOException: No space left on device", Commands.message(new UncheckedIOException(full)));
        assertEquals("seed 0", Commands.message(new IllegalArgumentException("seed 0", new RuntimeException("inner"))));
        assertEquals("null", Commands.message(new IllegalStateException()));
    }
}
