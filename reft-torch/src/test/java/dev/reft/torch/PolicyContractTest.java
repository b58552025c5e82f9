package dev.reft.torch;

import dev.reft.model.Adapter;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import dev.reft.testkit.contract.PolicyContract;
import dev.reft.testkit.contract.Tolerance;
import java.util.List;
import org.junit.jupiter.api.Nested;

/** The testkit's contract in every way that this provider trains. */
class PolicyContractTest {
    private static final Adapter LORA = new Adapter.Lora(3, 6, List.of("q_proj", "v_proj", "up_proj", "o_proj"));

    @Nested
    class Full implements PolicyContract {
        @Override
        public Policy openPolicy(Training training) {
            return new TorchProvider().openPolicy(Tiny.llama(Precision.FP32), training);
        }
    }

    @Nested
    class FullBf16 implements PolicyContract {
        @Override
        public Policy openPolicy(Training training) {
            return new TorchProvider().openPolicy(Tiny.llama(Precision.BF16), training);
        }

        @Override
        public Tolerance tolerance() {
            return Tolerance.BF16;
        }
    }

    @Nested
    class Checkpointed implements PolicyContract {
        @Override
        public Policy openPolicy(Training training) {
            return new TorchProvider().openPolicy(Tiny.qwen(Precision.FP32, new GradientCheckpointing()), training);
        }
    }

    @Nested
    class Lora implements PolicyContract {
        @Override
        public Policy openPolicy(Training training) {
            return new TorchProvider().openPolicy(Tiny.llama(Precision.FP32), training);
        }

        @Override
        public Adapter adapter() {
            return LORA;
        }
    }

    @Nested
    class SeparateCritic implements PolicyContract {
        @Override
        public Policy openPolicy(Training training) {
            return new TorchProvider().openPolicy(Tiny.llama(Precision.FP32), training);
        }

        @Override
        public ValueHead valueHead() {
            return new ValueHead.Separate(Tiny.qwen(Precision.FP32));
        }
    }

    @Nested
    class NoValues implements PolicyContract {
        @Override
        public Policy openPolicy(Training training) {
            return new TorchProvider().openPolicy(Tiny.qwen(Precision.FP32), training);
        }

        @Override
        public ValueHead valueHead() {
            return new ValueHead.None();
        }
    }
}
