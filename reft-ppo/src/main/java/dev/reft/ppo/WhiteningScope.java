package dev.reft.ppo;

/** Over which rows of a step whitening takes its moments. The enum grows. */
public enum WhiteningScope {
    /** Over the rows of all replicas, so that their number does not matter: the published ReFT code. */
    ALL_REPLICAS,
    /** Over the rows of each replica for itself, as TRL does. */
    EACH_REPLICA
}
