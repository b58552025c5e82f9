package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.generation.Segment;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows of token ids from completions. */
final class Rows {
    private Rows() {}

    /** One row a completion in (prompt, sample) order; the group is the prompt's index. */
    static TokenBatch batch(Rollouts rollouts) {
        List<Row> rows = new ArrayList<>();
        int[] groups = new int[rollouts.size()];
        for (int g = 0; g < rollouts.groups().size(); g++) {
            Rollouts.Group group = rollouts.groups().get(g);
            for (Completion completion : group.completions()) {
                groups[rows.size()] = g;
                rows.add(row(group, completion));
            }
        }
        return TokenBatch.of(rows, groups);
    }

    private static Row row(Rollouts.Group group, Completion completion) {
        int[] own = completion.tokens();
        int[] tokens = new int[group.tokens().length + own.length];
        System.arraycopy(group.tokens(), 0, tokens, 0, group.tokens().length);
        System.arraycopy(own, 0, tokens, group.tokens().length, own.length);
        int[] inCompletion = scored(completion);
        int[] scored = new int[inCompletion.length];
        for (int s = 0; s < scored.length; s++) {
            scored[s] = group.tokens().length + inCompletion[s];
        }
        return new Row(tokens, scored, group.temperature());
    }

    /** Positions of the sampled tokens among the completion's tokens, ascending. */
    static int[] scored(Completion completion) {
        int sampled = 0;
        for (Segment segment : completion.segments()) {
            sampled += segment instanceof Segment.Sampled ? segment.tokens().length : 0;
        }
        int[] positions = new int[sampled];
        int at = 0;
        int s = 0;
        for (Segment segment : completion.segments()) {
            for (int t = 0; t < segment.tokens().length; t++, at++) {
                if (segment instanceof Segment.Sampled) {
                    positions[s++] = at;
                }
            }
        }
        return positions;
    }

    /** The sampler's log-probabilities of the scored tokens, or null if it does not vouch for all of them. */
    static float @Nullable [] samplerLogProbs(Completion completion) {
        float[] logProbs = new float[scored(completion).length];
        int at = 0;
        for (Segment segment : completion.segments()) {
            if (segment instanceof Segment.Sampled sampled) {
                if (sampled.logProbs().length != sampled.tokens().length) {
                    return null;
                }
                System.arraycopy(sampled.logProbs(), 0, logProbs, at, sampled.logProbs().length);
                at += sampled.logProbs().length;
            }
        }
        return logProbs;
    }

    static int tokens(TokenBatch batch) {
        int tokens = 0;
        for (int i = 0; i < batch.size(); i++) {
            tokens += batch.row(i).tokens().length;
        }
        return tokens;
    }
}
