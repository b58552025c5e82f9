package dev.reft.torch;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** The process's libtorch: loaded and set up by the first opening, alike for all models. */
final class Engine {
    private static final Logger LOG = System.getLogger("dev.reft.torch");
    private static final String LIMIT = "org.bytedeco.javacpp.maxPhysicalBytes";

    static {
        // JavaCPP reads it once, when its first class loads. Its own default (four times the heap) refuses memory that
        // is there, and costs a read of /proc for every object.
        if (System.getProperty(LIMIT) == null) {
            System.setProperty(LIMIT, "0");
        }
    }

    private static @Nullable Settings settings;

    private record Settings(int threads, MatmulPrecision precision) {}

    private Engine() {}

    /** Why wishes conflict with what the first opening fixed. */
    static synchronized Optional<String> refuses(Optional<Threads> threads, Optional<MatmulPrecision> precision) {
        Settings fixed = settings;
        if (fixed == null) {
            return Optional.empty();
        }
        if (threads.isPresent() && threads.get().count() != fixed.threads()) {
            return Optional.of("the process computes with " + fixed.threads() + " threads since its first opening, so "
                    + threads.get().count() + " are refused");
        }
        if (precision.isPresent() && precision.get() != fixed.precision()) {
            return Optional.of("the process multiplies with precision " + fixed.precision()
                    + " since its first opening, so " + precision.get() + " is refused");
        }
        return Optional.empty();
    }

    /** Loads libtorch and fixes the process-wide settings, or checks that they are as wished. */
    static synchronized void start(Optional<Threads> threads, Optional<MatmulPrecision> precision, String device) {
        Optional<String> refusal = refuses(threads, precision);
        if (refusal.isPresent()) {
            throw new IllegalArgumentException(refusal.get());
        }
        if (settings == null) {
            load();
            Shutdown.install();
            int count = threads.map(Threads::count).orElse(Runtime.getRuntime().availableProcessors());
            MatmulPrecision chosen = precision.orElseGet(Engine::defaultPrecision);
            torch.set_num_threads(count);
            torch.globalContext().setFloat32MatmulPrecision(chosen.torchName());
            settings = new Settings(count, chosen);
            try (Scope scope = new Scope()) {
                String cpu = torch.get_cpu_capability().getString();
                LOG.log(
                        Level.INFO,
                        "libtorch with {0} threads, fp32 matrix products {1}{2}, CPU {3}",
                        count,
                        chosen,
                        precision.isPresent() ? " as wished" : " by default",
                        cpu);
            }
        }
        if (device.startsWith("cuda") && !torch.hasCUDA()) {
            throw new IllegalArgumentException(
                    "device " + device + " was asked for, but the libtorch natives on the class"
                            + " path see no CUDA device; use org.bytedeco:pytorch with the classifier of your platform and -gpu,"
                            + " and a CUDA driver");
        }
    }

    private static void load() {
        try {
            Loader.load(torch.class);
        } catch (LinkageError e) {
            throw new IllegalStateException(
                    "the natives of libtorch are missing or do not load; add org.bytedeco:pytorch, org.bytedeco:openblas"
                            + " and org.bytedeco:javacpp with the classifier of your platform, such as linux-x86_64: "
                            + e.getMessage(),
                    e);
        }
    }

    private static MatmulPrecision defaultPrecision() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String architecture = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        if (!system.contains("linux") || !(architecture.equals("amd64") || architecture.equals("x86_64"))) {
            return MatmulPrecision.HIGHEST;
        }
        try {
            boolean amx = Files.readString(Path.of("/proc/cpuinfo")).contains("amx_bf16");
            return amx ? MatmulPrecision.HIGHEST : MatmulPrecision.MEDIUM;
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "cannot tell whether the CPU has AMX", e);
            return MatmulPrecision.HIGHEST;
        }
    }
}
