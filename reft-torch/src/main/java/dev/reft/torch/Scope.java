package dev.reft.torch;

import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Owns every native object made on this thread while it is open, and frees them when it closes.
 *
 * <p>What is to live longer is either {@linkplain #keep kept} (freed by its own {@code close}) or is the one result of
 * {@link #one}, which moves into the scope around it.
 */
final class Scope implements AutoCloseable {
    private final PointerScope scope = new PointerScope();

    /** Makes an object outlive all scopes until it is closed; call inside the scope that made it. */
    static <P extends Pointer> P keep(P pointer) {
        pointer.retainReference();
        return pointer;
    }

    /** Runs a computation whose temporaries are freed at once; its result belongs to the scope around. */
    static Tensor one(Supplier<Tensor> computation) {
        Tensor result;
        try (Scope inner = new Scope()) {
            result = keep(computation.get());
        }
        adopt(result);
        return result;
    }

    /** Hands a kept object to the scope around, if there is one. */
    static void adopt(Pointer kept) {
        PointerScope outer = PointerScope.getInnerScope();
        if (outer != null) {
            outer.attach(kept);
            kept.releaseReference();
        }
    }

    /** Frees an object of the innermost scope before that closes, unless it is kept. */
    static void drop(Pointer pointer) {
        PointerScope inner = PointerScope.getInnerScope();
        if (inner != null) {
            inner.detach(pointer);
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
