package dev.reft.examples.run;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a method cost and what else is to be known of it, beside its accuracy.
 *
 * @param labels what it was told about right and wrong, in words
 * @param seconds of sampling and training, without tests and saving
 * @param residentMegabytes the process's largest resident memory while it trained; 0 where the system does not tell
 * @param measures further numbers by name
 */
record Facts(String labels, double seconds, double residentMegabytes, Map<String, Double> measures) {
    Facts {
        measures = Collections.unmodifiableMap(new LinkedHashMap<>(measures));
    }
}
