package dev.reft.generation;

import dev.reft.random.Seeds;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** One sample of a request while it grows; for those who write providers. Not safe for several threads. */
public final class OpenSample {
    private final GenerationRequest request;
    private final int index;
    private final Endings endings;
    /** Prompt and completion. */
    private int[] row;

    private float[] logProbs = new float[16];
    private float[] drawLogProbs = new float[16];
    private int count;

    /**
     * A sample of which nothing is drawn.
     *
     * @param request whose it is
     * @param index which seed of the request, from 0
     * @param endings of the model
     */
    public OpenSample(GenerationRequest request, int index, Endings endings) {
        this.request = request;
        this.index = index;
        this.endings = endings;
        this.row = Arrays.copyOf(request.prompt(), request.prompt().length + 16);
    }

    /**
     * Whose sample it is.
     *
     * @return the request
     */
    public GenerationRequest request() {
        return request;
    }

    /**
     * Which sample of the request it is.
     *
     * @return index of its seed
     */
    public int index() {
        return index;
    }

    /**
     * Tokens of prompt and completion so far.
     *
     * @return their number
     */
    public int length() {
        return request.prompt().length + count;
    }

    /**
     * The token that was drawn last, or the prompt's last.
     *
     * @return its id
     */
    public int lastToken() {
        return row[length() - 1];
    }

    /**
     * Prompt and completion so far.
     *
     * @return a copy
     */
    public int[] row() {
        return Arrays.copyOf(row, length());
    }

    /**
     * The number that draws the next token: a hash of seed and place.
     *
     * @return in [0, 1)
     */
    public double uniform() {
        return Seeds.uniform(request.seeds()[index], length());
    }

    /**
     * Takes the next token.
     *
     * @param token its id
     * @param logProb the model's log-probability (nats): unfiltered, at the sampling's temperature
     * @param drawLogProb what it was drawn with
     * @return the completion, if this token was the last
     */
    public Optional<Completion> accept(int token, float logProb, float drawLogProb) {
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
            return Optional.of(completion(Finish.END, endings.text(drawn(count - 1))));
        }
        if (!request.stops().isEmpty()) {
            Optional<String> text = endings.beforeStop(drawn(count), request.stops());
            if (text.isPresent()) {
                return Optional.of(completion(Finish.STOP, text.get()));
            }
        }
        return count == request.maxTokens()
                ? Optional.of(completion(Finish.LENGTH, endings.text(drawn(count))))
                : Optional.empty();
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
