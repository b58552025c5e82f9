package dev.reft.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One call at a time; the second is refused with both threads' names. */
class CallGuardTest {
    private final CallGuard guard = new CallGuard("tiny");

    @Test
    void aSecondCallIsRefusedAndNamesBothThreads() throws Exception {
        String[] message = {""};
        try (CallGuard.Call first = guard.enter("forward")) {
            Thread other = new Thread(
                    () -> message[0] = assertThrows(IllegalStateException.class, () -> guard.enter("close"))
                            .getMessage(),
                    "the-other");
            other.start();
            other.join();
            first.close();
            first.close();
        }
        assertTrue(message[0].contains("model tiny"), message[0]);
        assertTrue(message[0].contains("'close' on thread 'the-other'"), message[0]);
        assertTrue(
                message[0].contains(
                        "'forward' runs on thread '" + Thread.currentThread().getName() + "'"),
                message[0]);
    }

    @Test
    void aCallThatEndedDoesNotEndTheNext() {
        CallGuard.Call first = guard.enter("a");
        first.close();
        CallGuard.Call second = guard.enter("b");
        first.close();
        assertThrows(IllegalStateException.class, () -> guard.enter("c"));
        second.close();
        guard.enter("d").close();
    }

    @Test
    void ofManyThreadsOneAtATimeGetsIn() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger admitted = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        Thread[] threads = new Thread[4];
        for (int k = 0; k < threads.length; k++) {
            threads[k] = new Thread(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    return;
                }
                for (int i = 0; i < 2000; i++) {
                    try (CallGuard.Call call = guard.enter("work")) {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        admitted.incrementAndGet();
                        inside.decrementAndGet();
                    } catch (IllegalStateException refused) {
                        Thread.onSpinWait();
                    }
                }
            });
            threads[k].start();
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(1, most.get());
        assertTrue(admitted.get() > 0);
    }
}
