package dev.reft.testkit.tiny;

import dev.reft.model.ModelSpec;
import dev.reft.model.ValueHead;
import java.util.Map;

/**
 * What a tiny model starts from: its sizes, and the tensors that were read from a file; the others follow from seeds.
 *
 * @param id name for messages
 * @param model sizes, alphabet, seed
 * @param tensors name -&gt; numbers
 */
record TinyWeights(String id, TinyModel model, Map<String, double[]> tensors) {
    /** A policy's networks and the numbers they start with. */
    @SuppressWarnings("ArrayRecordComponent") // handed over whole, never compared
    record Assembled(TinyCore core, double[] weights) {}

    static TinyWeights initial(TinyModel model) {
        return new TinyWeights(TinyProvider.NAME, model, Map.of());
    }

    /** With a shared value head if the file has one: for scoring. */
    Assembled assemble() {
        return assemble(
                tensors.containsKey("actor.value") ? new ValueHead.Shared() : new ValueHead.None(), model.seed());
    }

    Assembled assemble(ValueHead head, long headSeed) {
        if (!(head instanceof ValueHead.Separate separate)) {
            return fill(new TinyCore(model, null, head, id), headSeed);
        }
        TinyWeights critic = TinyProvider.read(separate.critic());
        checkCritic(critic, separate.critic());
        Assembled assembled = fill(new TinyCore(model, critic.model, head, id), headSeed);
        critic.copyCritic(assembled, headSeed);
        return assembled;
    }

    private void checkCritic(TinyWeights critic, ModelSpec spec) {
        if (!critic.model.alphabet().equals(model.alphabet())) {
            throw new IllegalArgumentException("the critic '" + spec.model() + "' has the alphabet '"
                    + critic.model.alphabet() + "', the policy '" + model.alphabet() + "'");
        }
    }

    private Assembled fill(TinyCore core, long headSeed) {
        double[] weights = new double[core.layout.size()];
        for (Layout.Part part : core.layout.parts()) {
            core.layout.initialise(weights, part, part.name().endsWith(".value") ? headSeed : model.seed());
        }
        for (Layout.Tensor tensor : core.layout.tensors()) {
            copy(tensor, tensor.name(), weights);
        }
        return new Assembled(core, weights);
    }

    /** The critic's tensors are those of its own model's actor; a value head that it brings is kept. */
    private void copyCritic(Assembled to, long headSeed) {
        for (Layout.Part part : to.core.layout.parts()) {
            if (part.name().equals("critic.trunk")) {
                to.core.layout.initialise(to.weights, part, model.seed());
            } else if (part.name().equals("critic.value")) {
                to.core.layout.initialise(to.weights, part, headSeed);
            }
        }
        for (Layout.Tensor tensor : to.core.layout.tensors()) {
            if (tensor.name().startsWith("critic.")) {
                copy(tensor, tensor.name().replaceFirst("critic", "actor"), to.weights);
            }
        }
    }

    private void copy(Layout.Tensor tensor, String name, double[] weights) {
        double[] read = tensors.get(name);
        if (read == null) {
            return;
        }
        if (read.length != tensor.length()) {
            throw new IllegalArgumentException(
                    id + ": tensor " + name + " has " + read.length + " numbers, " + tensor.length() + " expected");
        }
        System.arraycopy(read, 0, weights, tensor.start(), read.length);
    }
}
