package dev.reft.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.reft.checkpoint.CheckpointException;
import dev.reft.model.EngineException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** ONNX Runtime itself: its one environment of the process, and sessions in it. */
final class Engine {
    private static final Pattern CUDA = Pattern.compile("cuda:[0-9]{1,3}");

    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

    /** Measured with ONNX Runtime 1.29: a command line of 3,915 bytes was fine, one of 3,995 ended the process by a segmentation fault. */
    private static final int LONGEST_COMMAND_LINE = 3900;

    private Engine() {}

    /** Refuses where the native library would take the whole process down: a long class path is enough. */
    static void checkCommandLine(Path file) {
        int length;
        try {
            length = Files.isReadable(file) ? Files.readAllBytes(file).length : 0;
        } catch (IOException e) {
            length = 0; // Nothing is known, so nothing is refused.
        }
        if (length > LONGEST_COMMAND_LINE) {
            throw new IllegalStateException("this process's command line has " + length
                    + " bytes; ONNX Runtime 1.29 crashes on one above " + LONGEST_COMMAND_LINE
                    + ". Give the class path by the environment variable CLASSPATH or an argument file (java @file)");
        }
    }

    /** The process's environment; a host that made it before keeps its settings. */
    static OrtEnvironment environment() {
        checkCommandLine(COMMAND_LINE);
        return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "reft");
    }

    /** Why a device is refused. */
    static Optional<String> refuses(String device) {
        if (device.equals("cpu")) {
            return Optional.empty();
        }
        if (!CUDA.matcher(device).matches()) {
            return Optional.of("the device '" + device + "' is neither cpu nor cuda:N");
        }
        environment();
        return OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)
                ? Optional.empty()
                : Optional.of("the device '" + device + "' needs com.microsoft.onnxruntime:onnxruntime_gpu in place of"
                        + " onnxruntime");
    }

    /** Opens a graph's file. */
    static OrtSession open(Path graph, String device, OptionalInt threads) {
        OrtEnvironment environment = environment();
        return Failures.in("opening " + graph, () -> {
            try (SessionOptions options = options(threads)) {
                if (!device.equals("cpu")) {
                    options.addCUDA(Integer.parseInt(device.substring("cuda:".length())));
                }
                return environment.createSession(graph.toString(), options);
            } catch (OrtException e) {
                if (isMalformed(e)) {
                    throw new CheckpointException(graph, "graph", "is refused: " + e.getMessage(), e);
                }
                throw e;
            }
        });
    }

    private static boolean isMalformed(OrtException e) {
        return switch (e.getCode()) {
            case ORT_INVALID_PROTOBUF,
                    ORT_INVALID_GRAPH,
                    ORT_NO_MODEL,
                    ORT_NO_SUCHFILE,
                    ORT_NOT_IMPLEMENTED,
                    ORT_INVALID_ARGUMENT,
                    ORT_RUNTIME_EXCEPTION,
                    ORT_FAIL -> Failures.kind(e.getCode(), String.valueOf(e.getMessage())) == Kind.OTHER;
            default -> false;
        };
    }

    /** Opens a small graph of our own, which is not worth threads of its own. */
    static OrtSession open(byte[] graph) {
        OrtEnvironment environment = environment();
        return Failures.in("opening a graph of reft's own", () -> {
            try (SessionOptions options = options(OptionalInt.of(1))) {
                return environment.createSession(graph, options);
            }
        });
    }

    private static SessionOptions options(OptionalInt threads) throws OrtException {
        SessionOptions options = new SessionOptions();
        options.setInterOpNumThreads(1);
        // Patterns are kept for each shape, and every decoding step has another one: memory would grow with them.
        options.setMemoryPatternOptimization(false);
        if (threads.isPresent()) {
            options.setIntraOpNumThreads(threads.getAsInt());
        }
        return options;
    }

    /** Closes a session; a failure to do so is not the caller's. */
    static void close(OrtSession session) {
        Failures.in("closing a session", () -> {
            session.close();
            return session;
        });
    }
}
