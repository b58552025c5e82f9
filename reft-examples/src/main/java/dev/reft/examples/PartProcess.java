package dev.reft.examples;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a program in a Java process of its own, on the same terminal, with this one's options of the virtual machine. It ends with this
 * process, even if that is killed.
 */
final class PartProcess {
    private PartProcess() {}

    /**
     * Runs a program to its end.
     *
     * @param main its class
     * @param arguments its arguments
     * @return its exit status
     * @throws IOException if it cannot be started
     */
    static int run(Class<?> main, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!option.startsWith("-agentlib:")
                    && !option.startsWith("-javaagent:")
                    && !option.startsWith("-Xdebug")) {
                command.add(option);
            }
        }
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a part ran", e);
        }
    }

    /**
     * Ends this process as soon as the one that started it is gone.
     *
     * @param parent its process id
     */
    static void endWith(long parent) {
        boolean orphan = ProcessHandle.current()
                .parent()
                .filter(handle -> handle.pid() == parent)
                .map(handle -> {
                    handle.onExit().thenRun(() -> Runtime.getRuntime().halt(1));
                    return false;
                })
                .orElse(true);
        if (orphan) {
            Runtime.getRuntime().halt(1);
        }
    }
}
