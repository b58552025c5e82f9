package dev.reft.graders.openai;

import dev.reft.graders.judges.ChatModel;
import dev.reft.graders.programs.ProgramLimits;
import dev.reft.graders.programs.ProgramRunner;
import dev.reft.graders.similarity.SimilarityMetric;
import dev.reft.graders.similarity.SynonymSource;
import dev.reft.text.Embedder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What graders need that is not in their JSON: a judge to ask, a sandbox for Python, embeddings. All of it may be absent. */
public final class GraderServices {
    /** Nothing: enough for string_check, text_similarity without cosine, and multi of them. */
    public static final GraderServices NONE = builder().build();

    private final @Nullable ChatModel judge;
    private final @Nullable ProgramRunner python;
    private final ProgramLimits pythonLimits;
    private final @Nullable Embedder embedder;
    private final @Nullable SynonymSource synonyms;

    private GraderServices(Builder builder) {
        judge = builder.judge;
        python = builder.python;
        pythonLimits = builder.pythonLimits;
        embedder = builder.embedder;
        synonyms = builder.synonyms;
    }

    /**
     * Collects services.
     *
     * @return a builder of none
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects the services of graders. */
    public static final class Builder {
        private @Nullable ChatModel judge;
        private @Nullable ProgramRunner python;
        private ProgramLimits pythonLimits = ProgramLimits.OPENAI;
        private @Nullable Embedder embedder;
        private @Nullable SynonymSource synonyms;

        private Builder() {}

        /**
         * Whom score_model and label_model ask; a request names the model that the grader's JSON names.
         *
         * @param model the judge, not closed by graders
         * @return this builder
         */
        public Builder judge(ChatModel model) {
            judge = model;
            return this;
        }

        /**
         * Where python graders run.
         *
         * @param runner the sandbox, not closed by graders
         * @param limits of one grading, such as {@link ProgramLimits#OPENAI}
         * @return this builder
         */
        public Builder python(ProgramRunner runner, ProgramLimits limits) {
            python = runner;
            pythonLimits = limits;
            return this;
        }

        /**
         * What cosine compares.
         *
         * @param vectors makes embeddings
         * @return this builder
         */
        public Builder embedder(Embedder vectors) {
            embedder = vectors;
            return this;
        }

        /**
         * Synonyms for METEOR; without them it knows exact words and stems only.
         *
         * @param source such as WordNet
         * @return this builder
         */
        public Builder synonyms(SynonymSource source) {
            synonyms = source;
            return this;
        }

        /**
         * The services.
         *
         * @return immutable
         */
        public GraderServices build() {
            return new GraderServices(this);
        }
    }

    @Nullable
    ChatModel judge() {
        return judge;
    }

    @Nullable
    ProgramRunner python() {
        return python;
    }

    ProgramLimits pythonLimits() {
        return pythonLimits;
    }

    /** The metric, or null if it needs an embedder that is not there. */
    @Nullable
    SimilarityMetric metric(MetricName name) {
        if (name == MetricName.COSINE) {
            return embedder == null ? null : SimilarityMetric.cosine(embedder);
        }
        return name == MetricName.METEOR && synonyms != null
                ? SimilarityMetric.meteor(synonyms)
                : SimilarityMetric.named(name.key());
    }

    /** What a grader needs and these services lack; empty if it can run. */
    Optional<String> missing(GraderSpec spec) {
        if (spec instanceof GraderSpec.Multi multi) {
            return multi.graders().values().stream()
                    .map(this::missing)
                    .flatMap(Optional::stream)
                    .findFirst();
        }
        boolean model = spec instanceof GraderSpec.ScoreModel || spec instanceof GraderSpec.LabelModel;
        String lacking = model && judge == null
                ? "a judge"
                : spec instanceof GraderSpec.Python && python == null
                        ? "a runner of Python (dev.reft:reft-sandbox)"
                        : spec instanceof GraderSpec.TextSimilarity text && metric(text.metric()) == null
                                ? "an embedder"
                                : "";
        return lacking.isEmpty()
                ? Optional.empty()
                : Optional.of("the " + spec.type() + " grader '" + spec.name() + "' needs " + lacking);
    }
}
