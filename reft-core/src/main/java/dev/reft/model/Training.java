package dev.reft.model;

/**
 * How a policy is trained; fixed at opening.
 *
 * @param valueHead how values are made
 * @param adapter which parameters train
 * @param optimizer the optimiser to begin with
 * @param seed for the initialisation of heads and adapters
 * @param replicas the processes that train together
 */
public record Training(ValueHead valueHead, Adapter adapter, Optimizer optimizer, long seed, Replicas replicas) {
    /**
     * Full fine-tuning with a shared value head, AdamW without decay and one process: what ReFT uses.
     *
     * @param seed for the initialisation of the head
     * @return the training
     */
    public static Training full(long seed) {
        return new Training(new ValueHead.Shared(), new Adapter.Full(), Optimizer.AdamW.DEFAULT, seed, Replicas.SINGLE);
    }
}
