package dev.reft.ppo.remote;

/** Adds up how old answers were. */
final class LagCount {
    private long answers;
    private long stale;
    private long most;
    private long repeated;

    synchronized void add(RemoteAnswer answer) {
        answers++;
        stale += answer.behind() > 0 ? 1 : 0;
        most = Math.max(most, answer.behind());
        repeated += answer.attempts() - 1;
    }

    synchronized SamplerLag now(long weights) {
        return new SamplerLag(weights, answers, stale, most, repeated);
    }
}
