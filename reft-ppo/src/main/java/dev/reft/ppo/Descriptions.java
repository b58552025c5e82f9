package dev.reft.ppo;

import dev.reft.model.ModelInfo;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Configurations and models as trees of text, for checkpoints and for naming the field in which two differ. */
final class Descriptions {
    private Descriptions() {}

    /** A record as a map of its components, a choice of a sealed type under its name; leaves are text. */
    static Object of(@Nullable Object value) {
        if (value instanceof Record choice) {
            Map<String, Object> fields = new LinkedHashMap<>();
            if (choice.getClass().getInterfaces().length > 0) {
                fields.put("type", choice.getClass().getSimpleName());
            }
            for (RecordComponent component : choice.getClass().getRecordComponents()) {
                fields.put(component.getName(), of(read(component, choice)));
            }
            return fields;
        } else if (value instanceof Optional<?> optional) {
            return optional.isPresent() ? of(optional.get()) : "none";
        } else if (value instanceof List<?> list) {
            List<Object> items = new ArrayList<>();
            list.forEach(item -> items.add(of(item)));
            return items;
        }
        return String.valueOf(value);
    }

    /** What makes a model another model. */
    static Object model(ModelInfo info) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", info.id());
        fields.put("vocabularySize", String.valueOf(info.vocabularySize()));
        fields.put("contextLength", String.valueOf(info.contextLength()));
        fields.put(
                "outputs",
                info.outputs().stream().map(Enum::name).sorted().toList().toString());
        return fields;
    }

    /** Throws naming the first field in which a saved description differs from the present one. */
    static void requireSame(String what, Object saved, Object present) {
        Map<String, String> before = new TreeMap<>();
        Map<String, String> now = new TreeMap<>();
        flatten(what, saved, before);
        flatten(what, present, now);
        for (String field : union(before, now)) {
            if (!Objects.equals(before.get(field), now.get(field))) {
                throw new IllegalArgumentException(
                        "the checkpoint has " + field + " = " + before.get(field) + ", this run has " + now.get(field));
            }
        }
    }

    private static List<String> union(Map<String, String> a, Map<String, String> b) {
        Map<String, String> all = new TreeMap<>(a);
        all.putAll(b);
        return List.copyOf(all.keySet());
    }

    private static void flatten(String path, @Nullable Object tree, Map<String, String> leaves) {
        if (tree instanceof Map<?, ?> map) {
            map.forEach((name, value) -> flatten(path + "." + name, value, leaves));
        } else if (tree instanceof List<?> list) {
            leaves.put(path, list.toString());
        } else {
            leaves.put(path, String.valueOf(tree));
        }
    }

    private static @Nullable Object read(RecordComponent component, Record owner) {
        try {
            return component.getAccessor().invoke(owner);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("cannot read " + component + " of " + owner.getClass(), e);
        }
    }
}
