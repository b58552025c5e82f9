package dev.reft.examples.run;

/** A way to improve the model that the warm-up left. It goes on where a killed process was. */
interface Method {
    /** Names its files and its column; letters, digits and hyphens. */
    String name();

    /**
     * Trains, and leaves a finished stage and checkpoints under its name. What it needed for that alone is closed when it is done; the test
     * comes afterwards.
     *
     * @return what it was told and what it cost
     */
    Facts train(Stages stages);
}
