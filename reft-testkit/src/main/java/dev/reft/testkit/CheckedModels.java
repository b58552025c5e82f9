package dev.reft.testkit;

import dev.reft.generation.Completion;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.model.LanguageModel;
import dev.reft.model.Model;
import dev.reft.model.ModelInfo;
import dev.reft.model.Output;
import dev.reft.model.Sampler;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.text.Tokenizer;
import java.util.List;
import java.util.Set;

/** Checked models that do not train. */
final class CheckedModels {
    private CheckedModels() {}

    /** What checked models have in common. */
    abstract static class Front implements Model {
        private final Model model;
        final Ledger ledger;

        Front(Model model) {
            this.model = model;
            ledger = new Ledger(model.info().id());
        }

        @Override
        public ModelInfo info() {
            return model.info();
        }

        @Override
        public Tokenizer tokenizer() {
            return model.tokenizer();
        }

        /** Closes the model in any case, then complains. */
        @Override
        public void close() {
            model.close();
            if (ledger.close()) {
                ledger.nothingOpen("close");
                ledger.settle("close");
            }
        }

        final TokenScores score(Scorer scorer, TokenBatch batch, Set<Output> wanted) {
            ledger.call("score");
            ledger.handOver(batch);
            TokenScores scores = scorer.score(batch, wanted);
            ledger.settleIfQuiet("the end of score");
            return scores;
        }

        final Generation generation(Sampler sampler) {
            ledger.call("generation");
            return new CheckedGeneration(sampler.generation(), ledger);
        }
    }

    static final class ForScorer extends Front implements Scorer {
        private final Scorer scorer;

        ForScorer(Scorer scorer) {
            super(scorer);
            this.scorer = scorer;
        }

        @Override
        public TokenScores score(TokenBatch batch, Set<Output> wanted) {
            return score(scorer, batch, wanted);
        }
    }

    static final class ForSampler extends Front implements Sampler {
        private final Sampler sampler;

        ForSampler(Sampler sampler) {
            super(sampler);
            this.sampler = sampler;
        }

        @Override
        public Generation generation() {
            return generation(sampler);
        }
    }

    static final class ForLanguageModel extends Front implements LanguageModel {
        private final LanguageModel model;

        ForLanguageModel(LanguageModel model) {
            super(model);
            this.model = model;
        }

        @Override
        public TokenScores score(TokenBatch batch, Set<Output> wanted) {
            return score(model, batch, wanted);
        }

        @Override
        public Generation generation() {
            return generation(model);
        }
    }

    /** A generation whose requests must stay as they were handed over. */
    static final class CheckedGeneration implements Generation {
        private final Generation inner;
        private final Ledger ledger;
        private boolean closed;

        CheckedGeneration(Generation inner, Ledger ledger) {
            this.inner = inner;
            this.ledger = ledger;
            ledger.opened(this, "a generation");
        }

        private void call(String operation) {
            ledger.call(operation);
            if (closed) {
                throw new Misuse(operation + " on a generation after its close", null);
            }
        }

        @Override
        public void add(GenerationRequest request) {
            call("add");
            ledger.handOver("prompt tokens of request " + request.id(), request.prompt());
            ledger.handOver("seeds of request " + request.id(), request.seeds());
            inner.add(request);
        }

        @Override
        public int unfinished() {
            return inner.unfinished();
        }

        @Override
        public List<Completion> advance() {
            call("advance");
            return inner.advance();
        }

        @Override
        public void close() {
            inner.close();
            closed = true;
            ledger.closed(this);
        }
    }
}
