package dev.reft.graders.instructions;

import java.util.Set;

/**
 * Makes one kind of instruction.
 *
 * @param arguments the names that it takes
 * @param build makes the checker, or refuses the arguments
 */
record Maker(Set<String> arguments, Build build) {
    /** Makes the checker. */
    @FunctionalInterface
    interface Build {
        Instruction make(Arguments arguments, LanguageDetector languages);
    }

    /** A kind without arguments. */
    static Maker plain(Instruction instruction) {
        return new Maker(Set.of(), (arguments, languages) -> instruction);
    }

    /** A kind with arguments. */
    static Maker with(Build build, String... arguments) {
        return new Maker(Set.of(arguments), build);
    }
}
