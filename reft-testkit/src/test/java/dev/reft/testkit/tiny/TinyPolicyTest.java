package dev.reft.testkit.tiny;

import dev.reft.model.Policy;
import dev.reft.model.Training;
import dev.reft.testkit.contract.PolicyContract;
import dev.reft.testkit.contract.Tolerance;

/** The tiny policy keeps the whole contract. */
class TinyPolicyTest implements PolicyContract {
    static final TinyModel MODEL = new TinyModel("abcdefghijklmn", 8, 2, 12, 1, 24, 4);

    @Override
    public Policy openPolicy(Training training) {
        return MODEL.policy(training);
    }

    @Override
    public Tolerance tolerance() {
        return Tolerance.EXACT;
    }
}
