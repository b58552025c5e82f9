package dev.reft.torch;

import dev.reft.checkpoint.ModelConfig;
import dev.reft.model.Adapter;
import dev.reft.model.Training;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** What a saved state belongs to: it is restored only into a policy of which all of this is true. */
final class Identity {
    private Identity() {}

    static Map<String, String> of(TorchPolicy policy, Origin origin) {
        Training training = policy.training();
        Map<String, String> fields = new LinkedHashMap<>();
        model(fields, "model", origin);
        fields.put("precision", origin.spec().precision().toString());
        fields.put("training.adapter", training.adapter().toString());
        fields.put("training.valueHead", training.valueHead().getClass().getSimpleName());
        fields.put("training.optimizer", training.optimizer().toString());
        if (origin.critic() != null) {
            model(fields, "critic", origin.critic());
        }
        if (training.adapter() instanceof Adapter.Lora) {
            // The base is not in the state, so it must be the same files.
            fields.put("model.weights", checksum(policy.network().decoder()));
            if (policy.network().separateCritic()) {
                fields.put(
                        "critic.weights",
                        checksum(Objects.requireNonNull(policy.network().critic())));
            }
        }
        return fields;
    }

    /** The first field that differs, or null. */
    static @Nullable String difference(Map<String, String> saved, Map<String, String> mine) {
        for (Map.Entry<String, String> field : mine.entrySet()) {
            String other = saved.get(field.getKey());
            if (!field.getValue().equals(other)) {
                return field.getKey() + " is " + other + " in the state and " + field.getValue() + " here";
            }
        }
        return null;
    }

    private static void model(Map<String, String> fields, String prefix, Origin origin) {
        ModelConfig config = origin.config();
        fields.put(prefix + ".type", config.modelType());
        fields.put(prefix + ".vocabularySize", Integer.toString(config.vocabularySize()));
        fields.put(prefix + ".hiddenSize", Integer.toString(config.hiddenSize()));
        fields.put(prefix + ".layers", Integer.toString(config.layers()));
        fields.put(prefix + ".attention", config.attention().toString());
        fields.put(prefix + ".feedForward", config.feedForward().toString());
        fields.put(prefix + ".positions", config.positions().toString());
        fields.put(prefix + ".norm", config.norm().toString());
        fields.put(prefix + ".tiedEmbeddings", Boolean.toString(config.tiedEmbeddings()));
    }

    private static String checksum(Decoder decoder) {
        CRC32 crc = new CRC32();
        for (Parameter parameter : decoder.base()) {
            if (parameter.trains()) {
                continue; // it is in the state
            }
            try (Scope scope = new Scope()) {
                Tensor plain = parameter.value().detach().cpu().contiguous();
                BytePointer pointer = new BytePointer(plain.data_ptr());
                for (long at = 0; at < plain.nbytes(); at += 1L << 28) {
                    ByteBuffer bytes = pointer.position(at)
                            .limit(Math.min(plain.nbytes(), at + (1L << 28)))
                            .asByteBuffer();
                    crc.update(bytes);
                }
            }
        }
        return "crc32 " + Long.toHexString(crc.getValue());
    }
}
