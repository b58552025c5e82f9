package dev.reft.examples.guide;

import dev.reft.model.ModelSpec;
import dev.reft.model.Scorer;
import dev.reft.testkit.contract.ScorerContract;

// region contract
/** The toy model keeps what every scorer keeps: one factory, and the kit does the rest. */
class OwnProviderContractTest implements ScorerContract {
    @Override
    public Scorer openScorer() {
        return (Scorer) new OwnProvider().open(ModelSpec.of("repeat:11"));
    }
}
// endregion
