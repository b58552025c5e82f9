package dev.reft.ppo.remote;

import java.util.concurrent.CancellationException;

/** What may go better later, and the pause until then. */
final class Retries {
    private Retries() {}

    static boolean isPassing(int status) {
        return status == 408 || status == 429 || status >= 500;
    }

    /** Doubling, a minute at most; longer where the server asks for it in seconds, two minutes at most. None after the last attempt. */
    static void pause(HttpSamplerConfig config, int attempt, String retryAfter, String what) {
        if (attempt >= config.attempts()) {
            return;
        }
        long pause = Math.min(60_000, config.backoff().toMillis() << Math.min(attempt - 1, 16));
        String seconds = retryAfter.strip();
        if (!seconds.isEmpty() && seconds.length() < 9 && seconds.chars().allMatch(c -> c >= '0' && c <= '9')) {
            pause = Math.max(pause, Math.min(120, Long.parseLong(seconds)) * 1000);
        }
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            throw cancelled(what, e);
        }
    }

    static CancellationException cancelled(String what, InterruptedException cause) {
        Thread.currentThread().interrupt();
        CancellationException cancelled = new CancellationException(what + " was interrupted");
        cancelled.initCause(cause);
        return cancelled;
    }
}
