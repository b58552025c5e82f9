package dev.reft.model;

import dev.reft.generation.Generation;
import dev.reft.text.Tokenizer;
import java.util.Set;

/** The thread-safe fronts that {@link Models#shared} makes: one for each ability. */
final class SharedModels {
    private SharedModels() {}

    /** What the fronts have in common: the model, and the turns that its calls are taken in. */
    private abstract static class Front implements Model {
        private final Model model;
        final Turns turns;

        Front(Model model) {
            this.model = model;
            turns = new Turns(model.info().id());
        }

        @Override
        public ModelInfo info() {
            return model.info();
        }

        @Override
        public Tokenizer tokenizer() {
            return model.tokenizer();
        }

        @Override
        public void close() {
            turns.end(model::close);
        }
    }

    static final class ForScorer extends Front implements Scorer {
        private final ScoreQueue queue;

        ForScorer(Scorer scorer) {
            super(scorer);
            queue = new ScoreQueue(scorer, turns);
        }

        @Override
        public TokenScores score(TokenBatch batch, Set<Output> wanted) {
            return queue.score(batch, wanted);
        }
    }

    static final class ForSampler extends Front implements Sampler {
        private final MergedGenerations generations;

        ForSampler(Sampler sampler) {
            super(sampler);
            generations = new MergedGenerations(sampler, turns);
        }

        @Override
        public Generation generation() {
            return generations.open();
        }
    }

    static final class ForLanguageModel extends Front implements LanguageModel {
        private final ScoreQueue queue;
        private final MergedGenerations generations;

        ForLanguageModel(LanguageModel model) {
            super(model);
            queue = new ScoreQueue(model, turns);
            generations = new MergedGenerations(model, turns);
        }

        @Override
        public TokenScores score(TokenBatch batch, Set<Output> wanted) {
            return queue.score(batch, wanted);
        }

        @Override
        public Generation generation() {
            return generations.open();
        }
    }
}
