package dev.reft.examples.run;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reft.ppo.remote.HttpSamplerConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** llama.cpp's own HTTP server with a GGUF file, in a process of its own. */
final class LlamaServer implements AutoCloseable {
    private final Process process;
    private final int port;

    private LlamaServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** The Python that has xllamacpp; without it the test is skipped. */
    static String python() {
        String python = System.getenv("REFT_PYTHON");
        assumeTrue(python != null, "skipped: REFT_PYTHON names no Python");
        return Objects.requireNonNull(python);
    }

    /** The small real model; without it the test is skipped. */
    static Path smol() {
        Path model = Path.of(System.getProperty("reft.shared", "../../shared"), "models", "SmolLM2-135M-Instruct");
        assumeTrue(Files.exists(model), "skipped: no SmolLM2 here");
        return model;
    }

    /** Returns when the server answers. */
    static LlamaServer start(String python, Path file, Path folder) throws IOException {
        Path script = folder.resolve("llama_server.py");
        if (Files.notExists(script)) {
            try (InputStream source = LlamaServer.class.getResourceAsStream("/llama_server.py")) {
                Files.copy(Objects.requireNonNull(source), script);
            }
        }
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path log = folder.resolve("server.log");
        Process process = new ProcessBuilder(python, script.toString(), file.toString(), Integer.toString(port))
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        if (line == null || !line.startsWith("serving")) {
            process.destroy();
            throw new IOException(line + "\n" + Files.readString(log));
        }
        return new LlamaServer(process, port);
    }

    HttpSamplerConfig config() {
        return HttpSamplerConfig.llamaCpp(URI.create("http://127.0.0.1:" + port));
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
