package dev.reft.testkit.fault;

import dev.reft.generation.Completion;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.model.ForwardPass;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Slopes;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.testkit.ForwardingPolicy;
import java.util.List;
import java.util.Set;

/** A policy that does what another does; a fault overrides one method. */
class FaultyPolicy extends ForwardingPolicy {
    final Policy inner;

    FaultyPolicy(Policy inner) {
        super(inner);
        this.inner = inner;
    }

    /** What scores and passes report. */
    TokenScores report(TokenScores scores) {
        return scores;
    }

    /** What a pass is asked. */
    TokenBatch ask(TokenBatch batch) {
        return batch;
    }

    /** What a pass is given. */
    Slopes give(TokenScores scores, Slopes slopes) {
        return slopes;
    }

    /** What a generation is asked. */
    GenerationRequest ask(GenerationRequest request) {
        return request;
    }

    /** What a generation hands over. */
    Completion report(Completion completion) {
        return completion;
    }

    @Override
    public TokenScores score(TokenBatch batch, Set<Output> wanted) {
        return report(inner.score(ask(batch), wanted));
    }

    @Override
    public ForwardPass forward(TokenBatch batch, Set<Output> wanted) {
        ForwardPass pass = inner.forward(ask(batch), wanted);
        TokenScores scores = report(pass.scores());
        return new ForwardPass() {
            @Override
            public TokenScores scores() {
                return scores;
            }

            @Override
            public void backward(Slopes slopes) {
                pass.backward(give(scores, slopes));
            }

            @Override
            public void close() {
                pass.close();
            }
        };
    }

    @Override
    public Generation generation() {
        Generation generation = inner.generation();
        return new Generation() {
            @Override
            public void add(GenerationRequest request) {
                generation.add(ask(request));
            }

            @Override
            public int unfinished() {
                return generation.unfinished();
            }

            @Override
            public List<Completion> advance() {
                return generation.advance().stream()
                        .map(FaultyPolicy.this::report)
                        .toList();
            }

            @Override
            public void close() {
                generation.close();
            }
        };
    }
}
