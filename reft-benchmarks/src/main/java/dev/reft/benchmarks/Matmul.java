package dev.reft.benchmarks;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The machine's rate of matrix products, the yardstick of every other number. */
final class Matmul {
    private Matmul() {}

    /** GF/s of [1024, 576] x [576, 1536], as peer_bench.py measures it. */
    static double rate(boolean bf16) {
        try (PointerScope scope = new PointerScope()) {
            ScalarType type = bf16 ? ScalarType.BFloat16 : ScalarType.Float;
            Tensor a = torch.randn(1024, 576).to(type);
            Tensor b = torch.randn(576, 1536).to(type);
            int products = 40;
            double seconds = Timing.median(5, () -> {
                for (int i = 0; i < products; i++) {
                    try (PointerScope inner = new PointerScope()) {
                        a.matmul(b);
                    }
                }
            });
            return products * 2.0 * 1024 * 576 * 1536 / seconds / 1e9;
        }
    }
}
