package dev.reft.graders.similarity;

import dev.reft.text.Embedder;
import java.util.List;

/** A similarity of two texts; called from several threads at once. The published ones are made here, by OpenAI's names too. */
@FunctionalInterface
public interface SimilarityMetric {
    /** OpenAI's names of the metrics that {@link #named} makes: all but {@code cosine}, which needs an {@link Embedder}. */
    List<String> NAMES = List.of(
            "fuzzy_match", "bleu", "gleu", "meteor", "rouge_1", "rouge_2", "rouge_3", "rouge_4", "rouge_5", "rouge_l");

    /**
     * How alike the texts are. Texts of more than {@link SimilarityGrader#LONGEST} code points may take long.
     *
     * @param input what is judged
     * @param reference what it is compared with
     * @return finite; from 0 to 1, for {@link #cosine} from -1
     * @throws Exception if that cannot be known at the moment, as when an embedder is away, or the thread's deadline passes
     */
    double score(String input, String reference) throws Exception;

    /**
     * A metric by its name in OpenAI's grader JSON; {@code meteor} is made without synonyms.
     *
     * @param name one of {@link #NAMES}
     * @return the metric
     * @throws IllegalArgumentException if it is none of them
     */
    static SimilarityMetric named(String name) {
        return switch (name) {
            case "fuzzy_match" -> FuzzyMatch::score;
            case "bleu" -> Bleu::score;
            case "gleu" -> Gleu::score;
            case "meteor" -> Meteor.WITHOUT_SYNONYMS::score;
            case "rouge_l" -> rougeL();
            case "rouge_1", "rouge_2", "rouge_3", "rouge_4", "rouge_5" -> rougeN(name.charAt(6) - '0');
            case "cosine" -> throw new IllegalArgumentException("evaluation_metric 'cosine' needs an embedder");
            default -> throw new IllegalArgumentException("evaluation_metric '" + name + "' is none of " + NAMES);
        };
    }

    /**
     * METEOR with nltk's parameters.
     *
     * @param synonyms such as {@link WordNetSynonyms}
     * @return the metric
     */
    static SimilarityMetric meteor(SynonymSource synonyms) {
        return new Meteor(0.9, 3, 0.5, synonyms)::score;
    }

    /**
     * F1 of ROUGE-N without stemming.
     *
     * @param order n, &gt;= 1
     * @return the metric
     * @throws IllegalArgumentException if the order is below 1
     */
    static SimilarityMetric rougeN(int order) {
        if (order < 1) {
            throw new IllegalArgumentException("ROUGE of order " + order);
        }
        return (input, reference) -> Rouge.n(input, reference, order, false).f1();
    }

    /**
     * F1 of ROUGE-L without stemming.
     *
     * @return the metric
     */
    static SimilarityMetric rougeL() {
        return (input, reference) -> Rouge.l(input, reference, false).f1();
    }

    /**
     * Cosine of embeddings. OpenAI allows it in evaluations only: a policy learns to write what embeds well.
     *
     * @param embedder makes the vectors
     * @return the metric
     */
    static SimilarityMetric cosine(Embedder embedder) {
        return (input, reference) -> {
            List<float[]> vectors = embedder.embed(List.of(input, reference));
            if (vectors.size() != 2) {
                throw new IllegalStateException("the embedder made " + vectors.size() + " vectors of 2 texts");
            }
            return Cosine.of(vectors.get(0), vectors.get(1));
        };
    }
}
