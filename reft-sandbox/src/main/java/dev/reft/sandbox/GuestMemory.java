package dev.reft.sandbox;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import run.endive.runtime.ConstantEvaluators;
import run.endive.runtime.Instance;
import run.endive.runtime.Memory;
import run.endive.runtime.TrapException;
import run.endive.wasm.types.ActiveDataSegment;
import run.endive.wasm.types.DataSegment;
import run.endive.wasm.types.MemoryLimits;
import run.endive.wasm.types.PassiveDataSegment;

/**
 * The memory of a WebAssembly instance, which can be put back to an earlier state, its size included; the engine's own
 * memories cannot shrink. Addresses past the end of the array trap; an address between the guest's size and the array's
 * reads zeros, which harms nobody.
 */
final class GuestMemory implements Memory {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle FLOAT = MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle DOUBLE =
            MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);

    /** What a restored memory may keep beyond its size, so that most programs do not allocate anew. */
    private static final int SPARE = 16 << 20;

    private final int initialPages;
    private DataSegment[] segments = {};
    private byte[] bytes;
    private int pages;
    private int mostPages;

    GuestMemory(MemoryLimits limits) {
        this.initialPages = limits.initialPages();
        this.pages = initialPages;
        this.mostPages = Math.min(limits.maximumPages(), Integer.MAX_VALUE / PAGE_SIZE);
        this.bytes = new byte[pages * PAGE_SIZE];
    }

    /** What the guest sees now. */
    byte[] snapshot() {
        return Arrays.copyOf(bytes, pages * PAGE_SIZE);
    }

    /** Lets the guest grow to so many bytes more. */
    void limit(long more) {
        mostPages = (int) Math.min(Integer.MAX_VALUE / PAGE_SIZE, pages + more / PAGE_SIZE);
    }

    /** Puts a state back, and lets the guest grow to so many bytes more. */
    void restore(byte[] state, long more) {
        if (bytes.length < state.length || bytes.length > state.length + SPARE) {
            bytes = Arrays.copyOf(state, state.length);
        } else {
            System.arraycopy(state, 0, bytes, 0, state.length);
            Arrays.fill(bytes, state.length, bytes.length, (byte) 0);
        }
        pages = state.length / PAGE_SIZE;
        limit(more);
    }

    @Override
    public int pages() {
        return pages;
    }

    @Override
    public int grow(int count) {
        int before = pages;
        if (count < 0 || count > mostPages - pages) {
            return -1;
        }
        int needed = (pages + count) * PAGE_SIZE;
        if (needed > bytes.length) {
            // A half more, so that a program that grows page by page is not quadratic.
            long ample =
                    Math.min((long) mostPages * PAGE_SIZE, Math.max(needed, bytes.length + (long) bytes.length / 2));
            try {
                bytes = Arrays.copyOf(bytes, (int) ample);
            } catch (OutOfMemoryError e) {
                return -1; // the guest's malloc fails, which is a MemoryError there
            }
        }
        pages += count;
        return before;
    }

    @Override
    public int initialPages() {
        return initialPages;
    }

    @Override
    public int maximumPages() {
        return mostPages;
    }

    @Override
    public boolean shared() {
        return false;
    }

    @Override
    public Object lock(int address) {
        return this;
    }

    @Override
    public int waitOn(int address, int expected, long timeout) {
        throw new TrapException("the guest has no threads");
    }

    @Override
    public int waitOn(int address, long expected, long timeout) {
        throw new TrapException("the guest has no threads");
    }

    @Override
    public int notify(int address, int count) {
        return 0;
    }

    @Override
    public void initialize(Instance instance, DataSegment[] data) {
        segments = data.clone();
        for (DataSegment segment : segments) {
            if (segment instanceof ActiveDataSegment active) {
                int at = (int) ConstantEvaluators.computeConstantValue(instance, active.offsetInstructions())[0];
                write(at, active.data(), 0, active.data().length);
            } else if (!(segment instanceof PassiveDataSegment)) {
                throw new TrapException(
                        "a data segment of " + segment.getClass().getName());
            }
        }
    }

    @Override
    public void initPassiveSegment(int segment, int address, int offset, int size) {
        write(address, segments[segment].data(), offset, size);
    }

    @Override
    public void drop(int segment) {
        segments[segment] = PassiveDataSegment.EMPTY;
    }

    @Override
    public void write(int address, byte[] data, int offset, int size) {
        System.arraycopy(data, offset, bytes, address, size);
    }

    @Override
    public void copy(int to, int from, int size) {
        System.arraycopy(bytes, from, bytes, to, size);
    }

    @Override
    public void fill(byte value, int from, int to) {
        Arrays.fill(bytes, from, to, value);
    }

    @Override
    public void zero() {
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public byte read(int address) {
        return bytes[address];
    }

    @Override
    public byte[] readBytes(int address, int length) {
        if (length < 0 || address < 0 || address > bytes.length - length) {
            throw new TrapException("out of bounds memory access");
        }
        return Arrays.copyOfRange(bytes, address, address + length);
    }

    @Override
    public void writeByte(int address, byte value) {
        bytes[address] = value;
    }

    @Override
    public void writeShort(int address, short value) {
        SHORT.set(bytes, address, value);
    }

    @Override
    public short readShort(int address) {
        return (short) SHORT.get(bytes, address);
    }

    @Override
    public long readU16(int address) {
        return Short.toUnsignedLong(readShort(address));
    }

    @Override
    public void writeI32(int address, int value) {
        INT.set(bytes, address, value);
    }

    @Override
    public int readInt(int address) {
        return (int) INT.get(bytes, address);
    }

    @Override
    public void writeLong(int address, long value) {
        LONG.set(bytes, address, value);
    }

    @Override
    public long readLong(int address) {
        return (long) LONG.get(bytes, address);
    }

    @Override
    public void writeF32(int address, float value) {
        FLOAT.set(bytes, address, value);
    }

    @Override
    public long readF32(int address) {
        return readInt(address);
    }

    @Override
    public float readFloat(int address) {
        return (float) FLOAT.get(bytes, address);
    }

    @Override
    public void writeF64(int address, double value) {
        DOUBLE.set(bytes, address, value);
    }

    @Override
    public double readDouble(int address) {
        return (double) DOUBLE.get(bytes, address);
    }

    @Override
    public long readF64(int address) {
        return readLong(address);
    }
}
