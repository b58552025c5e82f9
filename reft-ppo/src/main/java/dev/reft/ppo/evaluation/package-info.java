/** Which answer of several counts: voting and reranking, with every answer in a file that can be audited. */
@NullMarked
package dev.reft.ppo.evaluation;

import org.jspecify.annotations.NullMarked;
