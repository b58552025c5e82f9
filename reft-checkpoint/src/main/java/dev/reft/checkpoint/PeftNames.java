package dev.reft.checkpoint;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Names within PEFT's files, and the patterns that PEFT allows for them. */
final class PeftNames {
    /** What PEFT wraps around the model that it adapts. */
    static final String WRAPPER = "base_model.model.";

    static final String A = ".lora_A.weight";
    static final String B = ".lora_B.weight";

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.]++");

    /** Characters that one match may look at: names are short, so more is a pattern that runs away. */
    private static final int MOST_STEPS = 100_000;

    private PeftNames() {}

    /**
     * The names that a key of a pattern means: itself, or the layers that it matches as PEFT matches them (the whole
     * name, or what follows a dot).
     */
    static Collection<String> meant(JsonFields fields, String key, Collection<String> layers) {
        if (PLAIN.matcher(key).matches()) {
            return List.of(key);
        }
        try {
            Pattern pattern = Pattern.compile("(?:.*\\.)?(?:" + key + ")$");
            return layers.stream()
                    .filter(layer ->
                            pattern.matcher(new Limited(layer, new int[1])).lookingAt())
                    .toList();
        } catch (PatternSyntaxException e) {
            throw fields.wrong(Strings.clip(key), "is no regular expression: " + e.getDescription());
        } catch (Limited.Exhausted | StackOverflowError e) {
            throw fields.wrong(Strings.clip(key), "is a pattern that does not end in reasonable time");
        }
    }

    /** Whether a saved module's name fits a whole name; PEFT asks for the end only. */
    static boolean saves(List<String> saved, String module) {
        return saved.stream().anyMatch(module::endsWith);
    }

    /** Whether a saved module is the named one or holds it. */
    static boolean savesWithin(List<String> saved, String module) {
        String outer = module;
        while (!outer.isEmpty()) {
            if (saves(saved, outer)) {
                return true;
            }
            outer = outer.substring(0, Math.max(0, outer.lastIndexOf('.')));
        }
        return false;
    }

    /** Whether a regular expression matches a whole name. */
    static boolean matches(JsonFields fields, String field, String expression, String name) {
        try {
            return Pattern.compile(expression)
                    .matcher(new Limited(name, new int[1]))
                    .matches();
        } catch (PatternSyntaxException e) {
            throw fields.wrong(field, "is no regular expression that is understood here: " + e.getDescription());
        } catch (Limited.Exhausted | StackOverflowError e) {
            throw fields.wrong(field, "is a pattern that does not end in reasonable time");
        }
    }

    /** A text that may be looked at so many times. */
    private record Limited(CharSequence text, int[] steps) implements CharSequence {
        /** The text was looked at too often. */
        static final class Exhausted extends RuntimeException {
            private static final long serialVersionUID = 1;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (++steps[0] > MOST_STEPS) {
                throw new Exhausted();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Limited(text.subSequence(start, end), steps);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
