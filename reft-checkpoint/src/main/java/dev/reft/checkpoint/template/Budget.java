package dev.reft.checkpoint.template;

/** What one rendering may use: work, memory, depth. Whatever grows asks here first. */
final class Budget {
    private static final long WORK = 10_000_000;
    private static final long MEMORY = 16_000_000;
    private static final int CALLS = 100;

    /** How deep lists in lists are compared, printed or converted. */
    static final int NESTING = 100;

    private final long allWork;
    private final long allMemory;
    private long work;
    private long memory;
    private int calls;

    /** Grants more to longer chats, as a template copies each message a few times. */
    Budget(long inputSize) {
        allWork = WORK + 200 * inputSize;
        allMemory = MEMORY + 50 * inputSize;
        work = allWork;
        memory = allMemory;
    }

    /** Spends units of some nanoseconds each. */
    void work(long units) {
        work -= units;
        if (units < 0 || work < 0) {
            throw new Refusal("the template does too much work, more than " + allWork + " steps");
        }
    }

    /** Spends characters, or items at a few characters each. */
    void memory(long characters) {
        memory -= characters;
        if (characters < 0 || memory < 0) {
            throw new Refusal("the template makes too much text, more than " + allMemory + " characters in all");
        }
        work(characters / 8 + 1);
    }

    /** Spends memory for {@code count} pieces of {@code size}, which may be absurdly many. */
    void memory(long count, long size) {
        if (count > 0 && size > 0) {
            memory(count > allMemory / size ? Long.MAX_VALUE / 2 : count * size);
        }
    }

    void enterCall() {
        calls++;
        if (calls > CALLS) {
            throw new Refusal("macros or loops call each other more than " + CALLS + " deep");
        }
        work(20);
    }

    void leaveCall() {
        calls--;
    }

    static void checkNesting(int depth) {
        if (depth > NESTING) {
            throw new Refusal("lists or dicts are nested more than " + NESTING + " deep");
        }
    }
}
