package dev.reft.testkit.contract;

import dev.reft.model.Adapter;
import dev.reft.model.Optimizer;
import dev.reft.model.Policy;
import dev.reft.model.Replicas;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;

/** The policy that a contract is about. */
public interface PolicySubject {
    /**
     * Opens the policy, each time in the same state for the same training: two policies opened so give the same numbers.
     *
     * @param training value head, adapter, optimiser, seed and replicas to open it with
     * @return the policy; the contract closes it
     */
    Policy openPolicy(Training training);

    /**
     * How the policy makes values.
     *
     * @return a shared head unless said otherwise
     */
    default ValueHead valueHead() {
        return new ValueHead.Shared();
    }

    /**
     * Which parameters train.
     *
     * @return all unless said otherwise
     */
    default Adapter adapter() {
        return new Adapter.Full();
    }

    /**
     * How exactly the engine computes.
     *
     * @return {@link Tolerance#FP32} unless said otherwise
     */
    default Tolerance tolerance() {
        return Tolerance.FP32;
    }

    /**
     * Opens the policy with an optimiser, in one process.
     *
     * @param optimizer to begin with
     * @return the policy
     */
    default Policy openWith(Optimizer optimizer) {
        return openWith(optimizer, Replicas.SINGLE);
    }

    /**
     * Opens the policy with an optimiser, as one of several processes.
     *
     * @param optimizer to begin with
     * @param replicas the processes
     * @return the policy
     */
    default Policy openWith(Optimizer optimizer, Replicas replicas) {
        return openPolicy(new Training(valueHead(), adapter(), optimizer, 7, replicas));
    }
}
