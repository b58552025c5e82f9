package dev.reft.examples;

import dev.reft.examples.run.RunPlan.DataKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** What the commands of this module share. */
final class Commands {
    private Commands() {}

    /** The tokenizer library logs through SLF4J, which would complain that nobody listens. */
    static void quiet() {
        if (System.getProperty("slf4j.internal.verbosity") == null) {
            System.setProperty("slf4j.internal.verbosity", "ERROR");
        }
    }

    /** A kind of data as help spells it, {@code svamp-pcot}, or as records do, {@code SVAMP_PCOT}. */
    private static DataKind dataKind(String text) {
        String name = text.replace('-', '_').toUpperCase(Locale.ROOT);
        List<String> known = new ArrayList<>();
        for (DataKind kind : DataKind.values()) {
            if (kind.name().equals(name)) {
                return kind;
            }
            known.add(kind.name().replace('_', '-').toLowerCase(Locale.ROOT));
        }
        throw new TypeConversionException("'" + text + "' is none of " + String.join(", ", known));
    }

    /** What a failure says, and why, where its cause says more: a full disk is told by the cause alone. */
    static String message(Exception failure) {
        StringBuilder message = new StringBuilder(String.valueOf(failure.getMessage()));
        for (Throwable cause = failure.getCause(); cause instanceof IOException; cause = cause.getCause()) {
            if (cause.getMessage() != null && message.indexOf(cause.getMessage()) < 0) {
                message.append(": ").append(cause.getMessage());
            }
        }
        return message.toString();
    }

    /** Runs a command: 0 if all went well, 2 for wrong options, 1 for another failure that has a message for its user. */
    static int run(Object command, String... arguments) {
        return new CommandLine(command)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(DataKind.class, Commands::dataKind)
                .setExecutionExceptionHandler((failure, line, parsed) -> {
                    boolean told = failure instanceof IllegalArgumentException
                            || failure instanceof IllegalStateException
                            || failure instanceof UncheckedIOException;
                    if (!told) {
                        throw failure;
                    }
                    line.getErr().println(line.getColorScheme().errorText("reft: " + message(failure)));
                    return failure instanceof IllegalArgumentException ? 2 : 1;
                })
                .execute(arguments);
    }
}
