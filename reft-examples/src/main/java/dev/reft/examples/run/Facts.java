package dev.reft.examples.run;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a method cost and what else is to be known of it, beside its accuracy.
 *
 * @param labels what it was told about right and wrong: kind of label to how many
 * @param seconds of sampling and training, without tests and saving
 * @param residentMegabytes the process's largest resident memory during its training steps; 0 where the system does not tell
 * @param measures further numbers by name
 */
record Facts(Map<String, Integer> labels, double seconds, double residentMegabytes, Map<String, Double> measures) {
    Facts {
        labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
        measures = Collections.unmodifiableMap(new LinkedHashMap<>(measures));
    }

    /** Of one stage alone. */
    static Facts of(Map<String, Integer> labels, StageLog log) {
        return new Facts(labels, log.seconds(), log.residentMegabytes(), Map.of());
    }

    /** The labels in words. */
    String told() {
        return labels.entrySet().stream()
                .map(label -> String.format(Locale.ROOT, "%,d %s", label.getValue(), label.getKey()))
                .collect(Collectors.joining(", "));
    }
}
