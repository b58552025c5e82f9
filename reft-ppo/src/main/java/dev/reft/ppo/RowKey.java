package dev.reft.ppo;

import dev.reft.model.Row;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** What a row is, in 128 bits of SHA-256 of its tokens, positions and temperature. */
record RowKey(long high, long low) {
    static RowKey of(Row row) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * (row.tokens().length + row.scored().length + 2));
        bytes.putInt(row.tokens().length).putFloat(row.temperature());
        for (int token : row.tokens()) {
            bytes.putInt(token);
        }
        for (int position : row.scored()) {
            bytes.putInt(position);
        }
        try {
            ByteBuffer digest =
                    ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
            return new RowKey(digest.getLong(), digest.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
