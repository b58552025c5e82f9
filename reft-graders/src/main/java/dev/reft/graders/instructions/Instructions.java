package dev.reft.graders.instructions;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Makes instructions by their published names: IFEval's and IFEvalG's ids ({@code "keywords:existence"}) and open-instruct's
 * functions ({@code "verify_keywords"}).
 */
public final class Instructions {
    private static final Map<String, Maker> MAKERS = new HashMap<>();

    static {
        MAKERS.putAll(IfevalRules.makers());
        MAKERS.putAll(FurtherRules.makers());
        MAKERS.putAll(OpenInstructFunctions.makers());
    }

    private Instructions() {}

    /**
     * An instruction with the default language detector.
     *
     * @param name id of an instruction or name of a function
     * @param arguments by their published names; null values count as absent
     * @return the checker
     * @throws IllegalArgumentException if the name is unknown, or an argument is missing, unknown, or of the wrong type or range
     */
    public static Instruction of(String name, Map<String, ?> arguments) {
        return of(name, arguments, LanguageDetector.byFrequentWords());
    }

    /**
     * An instruction.
     *
     * @param name id of an instruction or name of a function
     * @param arguments by their published names; null values count as absent
     * @param languages names the language of a text
     * @return the checker
     * @throws IllegalArgumentException if the name is unknown, or an argument is missing, unknown, or of the wrong type or range
     */
    public static Instruction of(String name, Map<String, ?> arguments, LanguageDetector languages) {
        Maker maker = maker(name);
        Arguments read = new Arguments(name, arguments);
        read.allow(maker.arguments());
        return maker.build().make(read, languages);
    }

    /**
     * The names of all instructions and functions.
     *
     * @return 79 names, sorted
     */
    public static SortedSet<String> names() {
        return new TreeSet<>(MAKERS.keySet());
    }

    /**
     * The names of an instruction's arguments.
     *
     * @param name id of an instruction or name of a function
     * @return the names
     * @throws IllegalArgumentException if the name is unknown
     */
    public static Set<String> arguments(String name) {
        return maker(name).arguments();
    }

    private static Maker maker(String name) {
        Maker maker = MAKERS.get(name);
        if (maker == null) {
            throw new IllegalArgumentException("no instruction is called '" + name + "'; known are " + names());
        }
        return maker;
    }
}
