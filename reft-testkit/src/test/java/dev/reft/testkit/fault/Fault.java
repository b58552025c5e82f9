package dev.reft.testkit.fault;

import dev.reft.model.Policy;
import dev.reft.model.Training;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A fault to plant.
 *
 * @param name what is wrong
 * @param caughtBy the contract's test that must fail
 * @param open opens the faulty policy
 */
record Fault(String name, String caughtBy, Opening open) {
    /** Opens a policy, given how healthy ones are opened. */
    @FunctionalInterface
    interface Opening {
        Policy open(Training training, Function<Training, Policy> healthy);
    }

    /** A fault in a wrapper of the healthy policy. */
    static Fault of(String name, String caughtBy, Function<Policy, Policy> wrap) {
        return new Fault(name, caughtBy, (training, healthy) -> wrap.apply(healthy.apply(training)));
    }

    static List<Fault> all() {
        List<Fault> all = new ArrayList<>(ScoringFaults.all());
        all.addAll(GenerationFaults.all());
        all.addAll(TrainingFaults.all());
        all.addAll(OptimizerFaults.all());
        return all;
    }

    @Override
    public String toString() {
        return name;
    }
}
