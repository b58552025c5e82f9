package dev.reft.torch;

import dev.reft.random.Seeds;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Random weights by place: a tensor's numbers depend on the seed and its name only. */
final class RandomSource implements WeightSource {
    private final long seed;
    private final double range;

    RandomSource(long seed, double range) {
        this.seed = seed;
        this.range = range;
    }

    @Override
    public boolean has(String name) {
        return true;
    }

    @Override
    public Tensor read(String name, long... shape) {
        if (name.endsWith(".bias")) {
            return torch.zeros(shape);
        }
        // A vector of weights is a norm's.
        return shape.length == 1 ? torch.ones(shape) : normal(seed, name, range, shape);
    }

    static Tensor normal(long seed, String name, double deviation, long... shape) {
        long place = Seeds.at(seed, Seeds.Stream.INITIALISATION, 0, name, 0);
        return torch.zeros(shape).normal_(0, deviation, new GeneratorOptional(torch.make_generator_cpu(place)));
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
