/**
 * Text similarity as published libraries compute it: fuzzy matching, BLEU, GLEU, METEOR, ROUGE, and the cosine of embeddings.
 *
 * <p>The metrics are pure functions; {@link dev.reft.graders.similarity.SimilarityGrader} makes a grader of one. OpenAI names its
 * metrics without defining them; the libraries in its grader image (rapidfuzz, nltk, rouge-score) and the settings of Azure's evaluation
 * SDK are taken as the definition.
 */
@NullMarked
package dev.reft.graders.similarity;

import org.jspecify.annotations.NullMarked;
