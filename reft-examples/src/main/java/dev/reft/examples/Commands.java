package dev.reft.examples;

import java.io.UncheckedIOException;
import picocli.CommandLine;

/** What the commands of this module share. */
final class Commands {
    private Commands() {}

    /** The tokenizer library logs through SLF4J, which would complain that nobody listens. */
    static void quiet() {
        if (System.getProperty("slf4j.internal.verbosity") == null) {
            System.setProperty("slf4j.internal.verbosity", "ERROR");
        }
    }

    /** Runs a command: 0 if all went well, 2 for wrong options, 1 for another failure that has a message for its user. */
    static int run(Object command, String... arguments) {
        return new CommandLine(command)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, line, parsed) -> {
                    boolean told = failure instanceof IllegalArgumentException
                            || failure instanceof IllegalStateException
                            || failure instanceof UncheckedIOException;
                    if (!told) {
                        throw failure;
                    }
                    line.getErr().println(line.getColorScheme().errorText("reft: " + failure.getMessage()));
                    return failure instanceof IllegalArgumentException ? 2 : 1;
                })
                .execute(arguments);
    }
}
