package dev.reft.ppo.pipeline;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A part of a pipeline.
 *
 * @param name a folder's name: letters, digits, - and _
 * @param config what the stage is told, name to value: all that changes its result
 * @param inputs data and what else comes from outside, name to fingerprint ({@link Fingerprints})
 * @param parents stages whose output it reads
 * @param work what it does
 */
public record Stage(
        String name, Map<String, String> config, Map<String, String> inputs, List<String> parents, Work work) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]*+");

    /**
     * Copies the maps and the list.
     *
     * @throws IllegalArgumentException if the name is no folder's name or a parent occurs twice
     */
    public Stage {
        config = Map.copyOf(config);
        inputs = Map.copyOf(inputs);
        parents = List.copyOf(parents);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("stage '" + name + "': letters, digits, - and _ make a name");
        }
        Set<String> different = new LinkedHashSet<>(parents);
        if (different.size() < parents.size() || different.contains(name)) {
            throw new IllegalArgumentException("stage '" + name + "' has the parents " + parents);
        }
    }

    /** What a stage does. */
    @FunctionalInterface
    public interface Work {
        /**
         * Does the stage. It may be killed at any moment and is then called again: what it keeps in the context's scratch folder is
         * there again, what it wrote into the output folder is not.
         *
         * @param context its folders
         * @throws Exception what goes wrong; the stage then counts as not done
         */
        void run(StageContext context) throws Exception;
    }
}
