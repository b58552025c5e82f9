package dev.reft.checkpoint.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Takes an answer's body as it comes: into a file that may grow to a bound, or, without a file, as a text of bounded length.
 * Every arrival moves a clock, by which a server that stalls is told from one that is slow.
 */
final class PartBody implements BodySubscriber<String> {
    private final @Nullable FileChannel file;
    private final long most;
    private final AtomicLong lastArrival;
    private final FetchMeter meter;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private final CompletableFuture<String> done = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;
    private long taken;

    /** Bytes go to the channel's position. */
    PartBody(@Nullable FileChannel file, long most, AtomicLong lastArrival, FetchMeter meter) {
        this.file = file;
        this.most = most;
        this.lastArrival = lastArrival;
        this.meter = meter;
    }

    @Override
    public CompletionStage<String> getBody() {
        return done;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        lastArrival.set(System.nanoTime());
        try {
            for (ByteBuffer buffer : buffers) {
                take(buffer);
            }
        } catch (IOException e) {
            done.completeExceptionally(e);
            if (subscription != null) {
                subscription.cancel();
            }
        }
    }

    private void take(ByteBuffer buffer) throws IOException {
        int length = buffer.remaining();
        taken += length;
        if (taken > most) {
            throw new TooLongException(most);
        }
        if (file == null) {
            byte[] bytes = new byte[length];
            buffer.get(bytes);
            text.write(bytes);
            return;
        }
        while (buffer.hasRemaining()) {
            file.write(buffer);
        }
        meter.add(length);
    }

    @Override
    public void onError(Throwable failure) {
        done.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        done.complete(text.toString(StandardCharsets.UTF_8));
    }

    /** More came than was announced, or than is read. */
    static final class TooLongException extends IOException {
        private static final long serialVersionUID = 1L;

        TooLongException(long most) {
            super("more than the " + most + " bytes that it should have at most");
        }
    }
}
