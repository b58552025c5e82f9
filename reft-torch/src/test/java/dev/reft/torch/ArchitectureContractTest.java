package dev.reft.torch;

import dev.reft.model.Adapter;
import dev.reft.model.ModelSpec;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.Training;
import dev.reft.testkit.contract.PolicyContract;
import java.util.List;
import org.junit.jupiter.api.Nested;

/** The testkit's contract on one small model of each architecture beside the Llama family. */
class ArchitectureContractTest {
    private static Policy open(ModelSpec spec, Training training) {
        return new TorchProvider().openPolicy(spec, training);
    }

    @Nested
    class Gpt2 implements PolicyContract {
        @Override
        public Policy openPolicy(Training training) {
            return open(Tiny.gpt2(Precision.FP32), training);
        }
    }

    @Nested
    class Gpt2Lora implements PolicyContract {
        @Override
        public Policy openPolicy(Training training) {
            return open(Tiny.gpt2(Precision.FP32, new GradientCheckpointing()), training);
        }

        @Override
        public Adapter adapter() {
            return new Adapter.Lora(3, 6, List.of("c_attn", "mlp.c_proj"));
        }
    }

    @Nested
    class OptBefore implements PolicyContract {
        @Override
        public Policy openPolicy(Training training) {
            return open(Tiny.opt(true, Precision.FP32), training);
        }
    }

    @Nested
    class OptAfterProjected implements PolicyContract {
        @Override
        public Policy openPolicy(Training training) {
            return open(Tiny.opt(false, Precision.FP32, new GradientCheckpointing()), training);
        }
    }

    @Nested
    class OptAfterProjectedLora implements PolicyContract {
        @Override
        public Policy openPolicy(Training training) {
            return open(Tiny.opt(false, Precision.FP32), training);
        }

        @Override
        public Adapter adapter() {
            return new Adapter.Lora(3, 6, List.of("all-linear"));
        }
    }

    @Nested
    class Olmo2 implements PolicyContract {
        @Override
        public Policy openPolicy(Training training) {
            return open(Tiny.olmo2(Precision.FP32), training);
        }
    }
}
