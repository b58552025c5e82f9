package dev.reft.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The Python that runs in the interpreters. */
final class GuestText {
    private GuestText() {}

    /** The texts of guest.py, link.py, test.py and a host, as one. */
    static String of(String host) {
        StringBuilder text = new StringBuilder();
        for (String name : new String[] {"guest.py", "link.py", "test.py", host}) {
            try (InputStream in = GuestText.class.getResourceAsStream(name)) {
                if (in == null) {
                    throw new IllegalStateException(name + " is missing beside " + GuestText.class);
                }
                text.append(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                        .append("\n\n");
            } catch (IOException e) {
                throw new IllegalStateException("cannot read " + name, e);
            }
        }
        return text.toString();
    }
}
