package dev.reft.ppo;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint says of a run's reference and of BCO's running mean.
 *
 * @param references null if the loss has no reference
 */
record ReferenceMemory(@Nullable ReferenceCache references, RunningMean rewards) implements BatchLoop.Memory {
    @Override
    public void write(Map<String, Object> fields) {
        if (references != null) {
            fields.put("reference", references.fingerprint());
        }
        rewards.write(fields);
    }

    @Override
    public void read(CheckpointFields fields) {
        if (references != null) {
            references.requireSame(fields.numbers("reference"));
        }
        rewards.read(fields);
    }
}
