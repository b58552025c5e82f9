package dev.reft.ppo.remote;

/** A server failed in all attempts, or answered something that cannot be learnt from. The message names server, request and sample. */
public final class RemoteSamplerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RemoteSamplerException(String message) {
        super(message);
    }

    RemoteSamplerException(String message, Throwable cause) {
        super(message, cause);
    }
}
