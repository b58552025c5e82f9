package dev.reft.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/** Owns tensors until it is closed. */
final class Scope implements AutoCloseable {
    private final Deque<Runnable> owned = new ArrayDeque<>();

    OnnxTensor longs(long[] values, long... shape) throws OrtException {
        return own(OnnxTensor.createTensor(Engine.environment(), LongBuffer.wrap(values), shape));
    }

    /** A tensor over a direct buffer, which must stay reachable; or of a copy of another buffer. */
    OnnxTensor floats(FloatBuffer values, long... shape) throws OrtException {
        return own(OnnxTensor.createTensor(Engine.environment(), values, shape));
    }

    OnnxTensor own(OnnxTensor tensor) {
        owned.push(tensor::close);
        return tensor;
    }

    OrtSession.Result own(OrtSession.Result result) {
        owned.push(result::close);
        return result;
    }

    void own(Scope other) {
        owned.push(other::close);
    }

    @Override
    public void close() {
        while (!owned.isEmpty()) {
            owned.pop().run();
        }
    }
}
