package dev.reft.examples;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/**
 * A part of a program in a Java process of its own, on the same terminal, with this one's options of the virtual machine. It ends with this
 * process, even if that is killed.
 */
final class PartProcess {
    private static final long PAUSE_NANOS = 200_000_000L;

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
        command.add(Path.of(property("java.home"), "bin", "java").toString());
        for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!option.startsWith("-agentlib:")
                    && !option.startsWith("-javaagent:")
                    && !option.startsWith("-Xdebug")) {
                command.add(option);
            }
        }
        command.add("-cp");
        command.add(property("java.class.path"));
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

    private static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), name);
    }

    /**
     * Ends this process, as a kill would, within a fifth of a second after the one that started it is gone.
     *
     * @param parent its process id
     */
    static void endWith(long parent) {
        // Not ProcessHandle.onExit: of a process that is no child it asks at longer and longer intervals, up to five
        // seconds.
        Thread watch = new Thread(
                () -> {
                    while (ProcessHandle.current()
                            .parent()
                            .filter(handle -> handle.pid() == parent)
                            .isPresent()) {
                        LockSupport.parkNanos(PAUSE_NANOS);
                    }
                    Runtime.getRuntime().halt(1);
                },
                "reft-parent");
        watch.setDaemon(true);
        watch.start();
    }
}
