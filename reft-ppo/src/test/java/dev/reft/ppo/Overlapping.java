package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.math.ImportanceCorrection;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelInfo;
import dev.reft.model.ModelSpec;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Refreshable;
import dev.reft.model.Sampler;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.testkit.ForwardingPolicy;
import dev.reft.testkit.tiny.TinyProvider;
import dev.reft.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** What tests of overlapped sampling share: copies that can be watched, delayed or broken. */
final class Overlapping {
    private Overlapping() {}

    static PpoConfig config() {
        return Methods.all().get("grpo").toBuilder()
                .correction(Optional.of(new ImportanceCorrection.Truncated(0, 2)))
                .build();
    }

    static PpoTrainer.Builder builder(Policy policy, PpoConfig config) {
        return PpoTrainer.of(policy).grader(Addition.GRADER).config(config);
    }

    /** A copy whose samples can be watched, delayed or broken. */
    static class Copy implements LanguageModel {
        private final LanguageModel inner;

        Copy(LanguageModel inner) {
            this.inner = inner;
        }

        void beforeToken() {}

        @Override
        public Generation generation() {
            Generation generation = inner.generation();
            return new Generation() {
                @Override
                public void add(GenerationRequest request) {
                    generation.add(request);
                }

                @Override
                public int unfinished() {
                    return generation.unfinished();
                }

                @Override
                public List<Completion> advance() {
                    beforeToken();
                    return generation.advance();
                }

                @Override
                public void close() {
                    generation.close();
                }
            };
        }

        @Override
        public TokenScores score(TokenBatch batch, Set<Output> wanted) {
            return inner.score(batch, wanted);
        }

        @Override
        public ModelInfo info() {
            return inner.info();
        }

        @Override
        public Tokenizer tokenizer() {
            return inner.tokenizer();
        }

        @Override
        public void close() {
            inner.close();
        }
    }

    /** Counts the copies that are open, and may do something before each token that a copy draws. */
    static final class Watched extends ForwardingPolicy {
        final AtomicInteger open = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();
        volatile Runnable beforeToken = () -> {};

        Watched(Policy inner) {
            super(inner);
        }

        @Override
        public LanguageModel frozenCopy() {
            most.accumulateAndGet(open.incrementAndGet(), Math::max);
            return new Copy(inner().frozenCopy()) {
                @Override
                void beforeToken() {
                    beforeToken.run();
                }

                @Override
                public void close() {
                    super.close();
                    open.decrementAndGet();
                }
            };
        }
    }

    /** A sampler elsewhere: its own weights, read from files. */
    static final class Elsewhere implements Sampler, Refreshable {
        private LanguageModel model;
        final List<Path> folders = new ArrayList<>();

        Elsewhere(LanguageModel first) {
            model = first;
        }

        @Override
        public void refresh(Path exported) {
            model.close();
            model = new TinyProvider().open(ModelSpec.of(exported.toString()));
            folders.add(exported);
        }

        @Override
        public Generation generation() {
            return model.generation();
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
            model.close();
        }
    }
}
