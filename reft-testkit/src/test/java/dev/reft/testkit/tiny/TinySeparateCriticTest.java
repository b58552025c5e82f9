package dev.reft.testkit.tiny;

import dev.reft.model.Policy;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import dev.reft.testkit.contract.PolicyContract;
import dev.reft.testkit.contract.Tolerance;

/** The tiny policy with a critic of its own keeps the whole contract. */
class TinySeparateCriticTest implements PolicyContract {
    @Override
    public Policy openPolicy(Training training) {
        return TinyPolicyTest.MODEL.policy(training);
    }

    @Override
    public ValueHead valueHead() {
        TinyModel critic = TinyPolicyTest.MODEL.withSizes(6, 1, 7, 1).withSeed(11);
        return new ValueHead.Separate(TinyProvider.spec(critic));
    }

    @Override
    public Tolerance tolerance() {
        return Tolerance.EXACT;
    }
}
