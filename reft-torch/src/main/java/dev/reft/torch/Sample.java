package dev.reft.torch;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.Finish;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.LogitFilter;
import dev.reft.generation.LogitFilters;
import dev.reft.generation.Sampling;
import dev.reft.generation.Segment;
import dev.reft.random.Seeds;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A sample that is being generated: its tokens and numbers so far, and when it ends. */
final class Sample {
    private final GenerationRequest request;
    private final int index;
    private final Prompted prompt;
    private final Endings endings;
    private final boolean filtered;
    /** Prompt and completion. */
    private int[] row;

    private float[] logProbs = new float[16];
    private float[] drawLogProbs = new float[16];
    private int count;

    Sample(Prompted prompt, int index, Endings endings) {
        this.request = prompt.request();
        this.index = index;
        this.prompt = prompt;
        this.endings = endings;
        this.filtered = request.constraint() != Constraint.NONE
                || LogitFilters.of(request.sampling()).stream().anyMatch(f -> !(f instanceof LogitFilter.Temperature));
        this.row = Arrays.copyOf(request.prompt(), request.prompt().length + 16);
    }

    Prompted prompt() {
        return prompt;
    }

    int index() {
        return index;
    }

    GenerationRequest request() {
        return request;
    }

    Sampling sampling() {
        return request.sampling();
    }

    boolean greedy() {
        return sampling().temperature() == 0;
    }

    /** Whether the draw is not simply from the model's distribution, or its likeliest token. */
    boolean filtered() {
        return filtered;
    }

    /** Tokens of the completion so far. */
    int count() {
        return count;
    }

    /** Tokens of prompt and completion so far. */
    int length() {
        return request.prompt().length + count;
    }

    int lastToken() {
        return row[length() - 1];
    }

    /** Prompt and completion so far, a copy. */
    int[] row() {
        return Arrays.copyOf(row, length());
    }

    /** The number that draws the next token. */
    double uniform() {
        return Seeds.uniform(request.seeds()[index], length());
    }

    /** Takes the next token; a completion if it was the last. */
    @Nullable
    Completion accept(int token, float logProb, float drawLogProb) {
        if (length() == row.length) {
            row = Arrays.copyOf(row, Math.min(2 * row.length, request.prompt().length + request.maxTokens()));
        }
        if (count == logProbs.length) {
            logProbs = Arrays.copyOf(logProbs, 2 * count);
            drawLogProbs = Arrays.copyOf(drawLogProbs, 2 * count);
        }
        row[length()] = token;
        logProbs[count] = logProb;
        drawLogProbs[count] = drawLogProb;
        count++;
        if (endings.ends(token)) {
            return completion(Finish.END, endings.text(drawn(count - 1)));
        }
        if (!request.stops().isEmpty()) {
            String text = endings.beforeStop(drawn(count), request.stops());
            if (text != null) {
                return completion(Finish.STOP, text);
            }
        }
        return count == request.maxTokens() ? completion(Finish.LENGTH, endings.text(drawn(count))) : null;
    }

    private int[] drawn(int upTo) {
        int from = request.prompt().length;
        return Arrays.copyOfRange(row, from, from + upTo);
    }

    private Completion completion(Finish finish, String text) {
        Segment all =
                new Segment.Sampled(drawn(count), Arrays.copyOf(logProbs, count), Arrays.copyOf(drawLogProbs, count));
        return new Completion(request.id(), index, List.of(all), text, finish);
    }
}
