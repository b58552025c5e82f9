package dev.reft.checkpoint;

import dev.reft.model.Adapter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which layers {@code adapter_config.json} says are adapted, as PEFT picks them in a model: by whole name or what follows a
 * dot, or by a regular expression of the whole name; only some layers' indices, and not those that are excluded.
 */
final class PeftTargets {
    private final JsonFields json;
    private final Matching wanted;
    private final Matching excluded;
    private final Set<Integer> indices;

    private PeftTargets(JsonFields json) {
        this.json = json;
        this.wanted = matching("target_modules");
        this.excluded = matching("exclude_modules");
        this.indices = indices();
    }

    static PeftTargets read(JsonFields json) {
        return new PeftTargets(json);
    }

    /** Whether a linear layer is to be adapted. */
    boolean mean(String layer) {
        if (excluded.means(layer) || !wanted.means(layer)) {
            return false;
        }
        return indices.isEmpty() || wanted.expression() || indices.contains(index(layer));
    }

    /** What a field names. */
    private interface Matching {
        boolean means(String layer);

        /** Whether it is one regular expression, to which indices do not apply. */
        default boolean expression() {
            return false;
        }
    }

    private Matching matching(String field) {
        if (json.asMap().get(field) instanceof String text) {
            if (text.equalsIgnoreCase(Adapter.Lora.ALL_LINEAR) && field.equals("target_modules")) {
                return layer -> true;
            }
            return new Matching() {
                @Override
                public boolean means(String layer) {
                    return PeftNames.matches(json, field, text, layer);
                }

                @Override
                public boolean expression() {
                    return true;
                }
            };
        }
        List<String> names = json.texts(field).orElse(List.of());
        return layer -> names.stream().anyMatch(name -> Adapter.Lora.means(name, layer));
    }

    private Set<Integer> indices() {
        Object said = json.asMap().get("layers_to_transform");
        Set<Integer> found = new HashSet<>();
        for (Object one : said instanceof List<?> list ? list : said == null ? List.of() : List.of(said)) {
            if (!(one instanceof Number number) || number.doubleValue() != number.intValue()) {
                throw json.wrong("layers_to_transform", "must hold the indices of layers, not " + one);
            }
            found.add(number.intValue());
        }
        return found;
    }

    /** The first part of a name that is a number; -1 if there is none. */
    private static int index(String layer) {
        for (String part : layer.split("\\.", -1)) {
            if (!part.isEmpty() && part.length() < 7 && part.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return Integer.parseInt(part);
            }
        }
        return -1;
    }
}
