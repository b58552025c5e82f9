package dev.reft.graders.openai;

import java.util.UUID;

/** Names of rollouts for services that grade. */
final class Traces {
    private Traces() {}

    static String next() {
        return "trace_" + UUID.randomUUID().toString().replace("-", "");
    }
}
