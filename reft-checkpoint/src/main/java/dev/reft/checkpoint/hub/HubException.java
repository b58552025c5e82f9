package dev.reft.checkpoint.hub;

import java.net.URI;

/**
 * A hub refused, failed, or gave something wrong. The message names the address (without query and user part, which may hold
 * secrets), the file and the status.
 */
public final class HubException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The status of the answer. */
    private final int status;

    HubException(URI address, int status, String problem) {
        super(plain(address) + ": " + problem + (status > 0 ? " (status " + status + ")" : ""));
        this.status = status;
    }

    HubException(URI address, String problem, Throwable cause) {
        super(plain(address) + ": " + problem, cause);
        this.status = 0;
    }

    /**
     * The status of the answer at fault.
     *
     * @return as in HTTP; 0 if there was no answer, or the answer's status was fine and its content was not
     */
    public int status() {
        return status;
    }

    static String plain(URI address) {
        return address.getScheme() + "://" + address.getHost()
                + (address.getPort() < 0 ? "" : ":" + address.getPort())
                + (address.getRawPath() == null ? "" : address.getRawPath());
    }
}
