package dev.reft.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtException.OrtErrorCode;
import dev.reft.model.EngineException;
import dev.reft.model.EngineException.Kind;
import java.util.Locale;

/** Turns what ONNX Runtime throws into {@link EngineException}. */
final class Failures {
    private Failures() {}

    /** Something that calls the runtime. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws OrtException;
    }

    static <T> T in(String doing, Work<T> work) {
        try {
            return work.run();
        } catch (OrtException e) {
            String said = String.valueOf(e.getMessage());
            throw new EngineException(kind(e.getCode(), said), doing + ": " + said, e);
        } catch (OutOfMemoryError e) {
            throw new EngineException(Kind.OUT_OF_MEMORY, doing + ": " + e.getMessage(), e);
        }
    }

    /** The runtime has one code for most failures, so memory is told by its text. */
    static Kind kind(OrtErrorCode code, String said) {
        String text = said.toLowerCase(Locale.ROOT);
        if (text.contains("out of memory") || text.contains("failed to allocate") || text.contains("bad_alloc")) {
            return Kind.OUT_OF_MEMORY;
        }
        if (code == OrtErrorCode.ORT_DEVICE_RESET || text.contains("cuda failure") || text.contains("cuda error")) {
            return Kind.DEVICE_LOST;
        }
        return Kind.OTHER;
    }
}
