package dev.reft.ppo.watch;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What to do after warnings. The type grows; callers keep a default branch. */
public sealed interface RollBack {
    /** Nothing is broken that asks for more than a look. */
    record GoOn() implements RollBack {}

    /**
     * Go on from an earlier checkpoint, with something changed.
     *
     * @param step the checkpoint's
     * @param warning why
     */
    record GoBack(long step, Warning warning) implements RollBack {}

    /**
     * Stop: there is no good checkpoint to go back to.
     *
     * @param warning why
     */
    record Stop(Warning warning) implements RollBack {}

    /**
     * Advises: go back to the best checkpoint from before the first grave warning, or stop where there is none.
     *
     * @param warnings of a run so far, or those of the last steps
     * @param best the checkpoints that are kept
     * @return the advice
     */
    static RollBack advise(List<Warning> warnings, BestCheckpoints best) {
        Optional<Warning> grave = warnings.stream()
                .filter(warning -> warning.rule().remedy() == Remedy.GO_BACK)
                .min(Comparator.comparingLong(Warning::step));
        if (grave.isEmpty()) {
            return new GoOn();
        }
        Optional<BestCheckpoints.Entry> good = best.bestBefore(grave.get().step());
        return good.isPresent() ? new GoBack(good.get().step(), grave.get()) : new Stop(grave.get());
    }
}
