package dev.reft.examples.run;

import java.util.Map;

/** A way to improve the model that the warm-up left. It goes on where a killed process was. */
interface Method {
    /** Name of the measure of seconds that went into samples, judges and reward models. */
    String BEFORE = "seconds before";

    /** Names its files and its column; letters, digits and hyphens. */
    String name();

    /** What it is told about right and wrong, in words. */
    String labels(Stages stages);

    /**
     * Trains, leaves a finished stage and checkpoints under its name, and tests.
     *
     * @return further numbers of the report
     */
    Map<String, Double> train(Stages stages);
}
