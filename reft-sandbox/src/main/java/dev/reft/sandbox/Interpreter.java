package dev.reft.sandbox;

import io.trino.wasm.python.PythonMachine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import run.endive.runtime.HostFunction;
import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.runtime.TrapException;
import run.endive.wasi.WasiOptions;
import run.endive.wasi.WasiPreview1;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.MemoryLimits;
import run.endive.wasm.types.ValType;

/**
 * One CPython within the JVM; runs one task at a time. Before each, its memory, its variables and what the host keeps of
 * it (descriptors, streams, random numbers) are put back to what they were when its modules had been loaded: no program
 * sees another's traces. It has no directory, no environment and no arguments.
 */
final class Interpreter {
    /** The guest's types, as its host program numbers them: a row of one text, returning a text. */
    private static final int ROW = 0;

    private static final int TEXT = 11;

    /** What every interpreter starts from. */
    private record Image(WasmModule module, byte[] memory, long[] globals) {}

    private final Image image;
    private final GuestMemory memory;
    private final Instance instance;
    private HostFunction[] host;

    private Interpreter(WasmModule module, byte[] state, long[] globals) {
        this.host =
                wasi(InputStream.nullInputStream(), OutputStream.nullOutputStream(), OutputStream.nullOutputStream());
        GuestMemory[] made = new GuestMemory[1];
        this.instance = instance(module, made);
        this.memory = made[0];
        this.image = new Image(module, state, globals);
    }

    /** The first interpreter, which loads its modules: seconds. */
    static Interpreter first(long memory) throws IOException {
        WasmModule module;
        try (InputStream in = PythonMachine.class.getResourceAsStream("Python.meta")) {
            if (in == null) {
                throw new IOException("Python.meta is missing beside " + PythonMachine.class);
            }
            module = Parser.parse(in);
        }
        Interpreter loading = new Interpreter(module, new byte[0], new long[0]);
        loading.memory.limit(memory);
        loading.load();
        long[] globals = new long[loading.instance.globalCount()];
        for (int i = 0; i < globals.length; i++) {
            globals[i] = loading.instance.global(i).getValue();
        }
        return new Interpreter(module, loading.memory.snapshot(), globals);
    }

    /** Another one like this. */
    Interpreter another() {
        return new Interpreter(image.module(), image.memory(), image.globals());
    }

    /**
     * Runs a task on this thread, which needs a deep stack; interrupting the thread ends it.
     *
     * @param task as {@link Wire} makes it
     * @param input standard input, or the link's reading end
     * @param output standard output
     * @param link the link's writing end
     * @param more bytes that the program may allocate
     * @param longest bytes that the answer may have
     * @return the answer, untrusted
     */
    byte[] run(byte[] task, InputStream input, OutputStream output, OutputStream link, long more, int longest) {
        memory.restore(image.memory(), more);
        for (int i = 0; i < image.globals().length; i++) {
            if (instance.global(i).getValue() != image.globals()[i]) {
                instance.global(i).setValue(image.globals()[i]);
            }
        }
        host = wasi(input, output, link);
        int data = allocate(6 + task.length);
        memory.writeByte(data, (byte) 1);
        memory.writeByte(data + 1, (byte) 1);
        memory.writeI32(data + 2, task.length);
        memory.write(data + 6, task, 0, task.length);
        int result = (int) instance.export("execute").apply(data)[0];
        if (memory.read(result + 4) != 1) {
            throw new TrapException("the guest answered nothing");
        }
        int length = memory.readInt(result + 5);
        if (length < 0 || length > longest) {
            throw new Ended(Ended.Kind.OUTPUT);
        }
        return memory.readBytes(result + 9, length);
    }

    private void load() throws IOException {
        Path folder = Files.createTempDirectory("reft-guest");
        Path file = folder.resolve("guest.py");
        try {
            Files.writeString(file, GuestText.of("embedded.py"));
            WasiOptions options = options(
                            InputStream.nullInputStream(),
                            OutputStream.nullOutputStream(),
                            OutputStream.nullOutputStream())
                    .withDirectory("/guest", folder)
                    .withEnvironment("PYTHONDONTWRITEBYTECODE", "1")
                    .build();
            host = WasiPreview1.builder().withOptions(options).build().toHostFunctions();
            instance.export("setup").apply(text("run"), numbers(ROW, 1, TEXT), numbers(TEXT));
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }

    private int text(String value) {
        byte[] data = (value + "\0").getBytes(StandardCharsets.UTF_8);
        int at = allocate(data.length);
        memory.write(at, data, 0, data.length);
        return at;
    }

    private int numbers(int... values) {
        int at = allocate(4 * values.length);
        for (int i = 0; i < values.length; i++) {
            memory.writeI32(at + 4 * i, values[i]);
        }
        return at;
    }

    private int allocate(int size) {
        return (int) instance.export("allocate").apply(size)[0];
    }

    private static WasiOptions.Builder options(InputStream input, OutputStream output, OutputStream link) {
        // The same random numbers for every program: a grade does not depend on luck.
        return WasiOptions.builder()
                .withStdin(input)
                .withStdout(output)
                .withStderr(link)
                .withRandom(new Random(42));
    }

    private static HostFunction[] wasi(InputStream input, OutputStream output, OutputStream link) {
        return WasiPreview1.builder()
                .withOptions(options(input, output, link).build())
                .build()
                .toHostFunctions();
    }

    /** The module's imports lead to this interpreter's current host functions, which are new for every program. */
    private Instance instance(WasmModule module, GuestMemory[] made) {
        List<HostFunction> imports = new ArrayList<>();
        for (int i = 0; i < host.length; i++) {
            int index = i;
            HostFunction function = host[i];
            imports.add(new HostFunction(
                    function.module(),
                    function.name(),
                    function.functionType(),
                    (caller, arguments) -> host[index].handle().apply(caller, arguments)));
        }
        FunctionType fiveNumbers =
                FunctionType.of(List.of(ValType.I32, ValType.I32, ValType.I32, ValType.I32, ValType.I32), List.of());
        imports.add(new HostFunction("trino", "return_error", fiveNumbers, (caller, arguments) -> {
            throw new TrapException(
                    "the guest failed: " + caller.memory().readString((int) arguments[1], (int) arguments[2]));
        }));
        return Instance.builder(module)
                .withMachineFactory(PythonMachine::new)
                .withMemoryFactory((MemoryLimits limits) -> made[0] = new GuestMemory(limits))
                .withImportValues(ImportValues.builder()
                        .addFunction(imports.toArray(HostFunction[]::new))
                        .build())
                .withStart(false)
                .build();
    }
}
