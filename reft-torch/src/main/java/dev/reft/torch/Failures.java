package dev.reft.torch;

import dev.reft.model.EngineException;
import dev.reft.model.EngineException.Kind;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Turns what libtorch throws into {@link EngineException}.
 *
 * <p>Every C++ exception arrives as a plain {@link RuntimeException} whose text ends in a C++ stack trace; there are no
 * types, so the kind is read from the text. Our own exceptions are subclasses and pass through.
 */
final class Failures {
    private Failures() {}

    static <T> T in(String doing, Supplier<T> work) {
        Shutdown.enter(doing);
        try {
            return work.get();
        } catch (RuntimeException e) {
            throw translate(doing, e);
        } catch (OutOfMemoryError e) {
            throw new EngineException(Kind.OUT_OF_MEMORY, doing + ": " + e.getMessage(), e);
        } finally {
            Shutdown.leave();
        }
    }

    static void run(String doing, Runnable work) {
        in(doing, () -> {
            work.run();
            return doing;
        });
    }

    static RuntimeException translate(String doing, RuntimeException e) {
        // Exactly RuntimeException: what JavaCPP makes of a C++ exception.
        if (e.getClass() != RuntimeException.class) {
            return e;
        }
        String said = firstParagraph(String.valueOf(e.getMessage()));
        return new EngineException(kind(said), doing + ": " + said, e);
    }

    static String firstParagraph(String message) {
        int end = message.indexOf("\nException raised from");
        String text = end < 0 ? message : message.substring(0, end);
        int blank = text.indexOf("\n\n");
        return (blank < 0 ? text : text.substring(0, blank)).strip();
    }

    static Kind kind(String said) {
        String text = said.toLowerCase(Locale.ROOT);
        if (text.contains("out of memory") || text.contains("can't allocate") || text.contains("bad_alloc")) {
            return Kind.OUT_OF_MEMORY;
        }
        if (text.contains("cuda error") || text.contains("device-side assert") || text.contains("nccl error")) {
            return Kind.DEVICE_LOST;
        }
        return Kind.OTHER;
    }
}
