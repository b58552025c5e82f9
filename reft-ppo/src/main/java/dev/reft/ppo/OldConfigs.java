package dev.reft.ppo;

import java.util.LinkedHashMap;
import java.util.Map;

/** Descriptions of configurations as earlier versions wrote them, in today's terms, so that their runs can go on. */
final class OldConfigs {
    private OldConfigs() {}

    /** A saved description; those from before methods were a choice were all PPO with a critic. */
    static Object today(Object saved) {
        if (!(saved instanceof Map<?, ?> old) || old.containsKey("advantages") || !old.containsKey("lambda")) {
            return saved;
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        old.forEach((name, value) -> fields.put(String.valueOf(name), value));
        Map<String, Object> gae = new LinkedHashMap<>();
        gae.put("type", "Gae");
        for (String moved : new String[] {"gamma", "lambda", "truncation"}) {
            gae.put(moved, String.valueOf(fields.remove(moved)));
        }
        gae.put("baseline", "NONE");
        fields.put("advantages", gae);
        Map<String, Object> surrogate = new LinkedHashMap<>();
        surrogate.put("type", "ClippedSurrogate");
        if (fields.remove("policyClip") instanceof Map<?, ?> clip) {
            clip.forEach((name, value) -> surrogate.put(String.valueOf(name), value));
        }
        fields.put("surrogate", surrogate);
        fields.put("overlong", Map.of("type", "None"));
        fields.put("correction", "none");
        return fields;
    }
}
