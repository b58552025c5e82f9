package dev.reft.torch;

import dev.reft.generation.Draw;
import dev.reft.generation.LogitFilters;
import dev.reft.model.EngineException;
import dev.reft.model.EngineException.Kind;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Draws the next token of each row from its logits.
 *
 * <p>Rows without filters are drawn by libtorch, inverting the cumulative distribution at a number that the row's seed
 * gives ({@code multinomial} takes twenty times as long). Rows with filters are drawn by {@link LogitFilters}, from the
 * likeliest tokens alone where these decide.
 */
final class TokenDraws {
    private final Tensor logits;
    private final List<Sample> rows;
    private final Placement placement;
    private final int vocabulary;
    private final int[] tokens;
    private final float[] drawLogProbs;

    /**
     * Tokens with their log-probabilities.
     *
     * @param tokens one a row
     * @param logProbs the model's own, at the row's temperature
     * @param drawLogProbs what each was drawn with
     */
    record Drawn(int[] tokens, float[] logProbs, float[] drawLogProbs) {}

    private TokenDraws(Tensor logits, List<Sample> rows, Placement placement) {
        this.logits = logits;
        this.rows = rows;
        this.placement = placement;
        this.vocabulary = Math.toIntExact(logits.size(1));
        this.tokens = new int[rows.size()];
        this.drawLogProbs = new float[rows.size()];
    }

    /**
     * Draws.
     *
     * @param logits [rows, vocabulary], fp32
     * @param rows what is generated
     */
    static Drawn draw(Tensor logits, List<Sample> rows, Placement placement) {
        try (Scope scope = new Scope()) {
            return new TokenDraws(logits, rows, placement).draw();
        }
    }

    private Drawn draw() {
        Tensor logs = tempered().log_softmax(1);
        int[] greedy = where(row -> !row.filtered() && row.greedy());
        int[] sampled = where(row -> !row.filtered() && !row.greedy());
        int[] cut = where(row -> row.filtered() && Candidates.suffice(row, vocabulary));
        int[] filtered = where(row -> row.filtered() && !Candidates.suffice(row, vocabulary));
        if (greedy.length > 0) {
            set(greedy, pick(logits, greedy).argmax(new LongOptional(1), false));
        }
        if (sampled.length > 0) {
            invert(sampled, pick(logs, sampled));
        }
        if (cut.length > 0) {
            cut(cut, pick(logits, cut), pick(logs, cut));
        }
        if (filtered.length > 0) {
            filter(filtered, pick(logits, filtered));
        }
        float[] logProbs =
                Ops.toFloats(logs.gather(1, placement.here(Ops.longs(tokens)).unsqueeze(1)));
        for (int i = 0; i < logProbs.length; i++) {
            checkFinite(i, logProbs[i]);
        }
        for (int i : sampled) {
            drawLogProbs[i] = logProbs[i];
        }
        return new Drawn(tokens, logProbs, drawLogProbs);
    }

    private Tensor tempered() {
        float[] temperatures = new float[rows.size()];
        boolean all1 = true;
        for (int i = 0; i < temperatures.length; i++) {
            temperatures[i] = rows.get(i).sampling().scoringTemperature();
            all1 &= temperatures[i] == 1f;
        }
        return all1
                ? logits
                : logits.div(placement.here(Ops.floats(temperatures)).unsqueeze(1));
    }

    private int[] where(Predicate<Sample> wanted) {
        return IntStream.range(0, rows.size())
                .filter(i -> wanted.test(rows.get(i)))
                .toArray();
    }

    private Tensor pick(Tensor all, int[] chosen) {
        return chosen.length == rows.size() ? all : all.index_select(0, placement.here(Ops.longs(chosen)));
    }

    private void set(int[] chosen, Tensor found) {
        IntBuffer ids = found.to(ScalarType.Int).cpu().createBuffer();
        for (int i = 0; i < chosen.length; i++) {
            tokens[chosen[i]] = ids.get(i);
        }
    }

    /** The first token whose cumulative probability exceeds the row's number. */
    private void invert(int[] chosen, Tensor logs) {
        float[] numbers = new float[chosen.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) rows.get(chosen[i]).uniform();
        }
        Tensor cumulative = logs.exp().cumsum_(1);
        // Rounding leaves the last sum near 1, not at it.
        Tensor targets = cumulative
                .narrow(1, vocabulary - 1, 1)
                .mul(placement.here(Ops.floats(numbers)).unsqueeze(1));
        set(
                chosen,
                torch.searchsorted(cumulative, targets, false, true, new StringViewOptional(), new TensorOptional()));
        for (int row : chosen) {
            if (tokens[row] >= vocabulary) {
                // The number rounded to 1: once in some ten million draws.
                tokens[row] = inJava(row, logits.narrow(0, row, 1)).token();
            }
        }
    }

    /** Rows whose filters leave few tokens: only the likeliest are looked at, if they decide. */
    private void cut(int[] chosen, Tensor some, Tensor logs) {
        int n = Candidates.COUNT;
        T_TensorTensor_T found = some.topk(n, 1, true, true);
        float[] values = Ops.toFloats(Ops.own(found.get0()));
        Tensor ids = Ops.own(found.get1());
        float[] best = Ops.toFloats(logs.gather(1, ids.narrow(1, 0, 1)));
        IntBuffer tokenIds = ids.to(ScalarType.Int).cpu().contiguous().createBuffer();
        for (int i = 0; i < chosen.length; i++) {
            Sample sample = rows.get(chosen[i]);
            float[] likeliest = Arrays.copyOfRange(values, i * n, (i + 1) * n);
            checkFinite(chosen[i], likeliest[0]);
            int[] theirs = new int[n];
            tokenIds.position(i * n).get(theirs);
            Draw draw = Candidates.draw(likeliest, theirs, best[i], sample.sampling(), sample.uniform());
            take(chosen[i], draw != null ? draw : inJava(chosen[i], some.narrow(0, i, 1)));
        }
    }

    private void filter(int[] chosen, Tensor some) {
        for (int i = 0; i < chosen.length; i++) {
            take(chosen[i], inJava(chosen[i], some.narrow(0, i, 1)));
        }
    }

    private void take(int row, Draw draw) {
        tokens[row] = draw.token();
        drawLogProbs[row] = (float) draw.logProb();
    }

    private Draw inJava(int row, Tensor one) {
        Sample sample = rows.get(row);
        float[] numbers = Ops.toFloats(one);
        for (float number : numbers) {
            checkFinite(row, number);
        }
        return LogitFilters.draw(
                numbers, sample.row(), sample.sampling(), sample.request().constraint(), sample.uniform());
    }

    private void checkFinite(int row, float number) {
        if (!Float.isFinite(number)) {
            String doing = "generation for request " + rows.get(row).request().id();
            throw new EngineException(
                    Kind.OTHER,
                    doing + ": the model's logits are not finite; its weights may have diverged",
                    new ArithmeticException("a number of the output is " + number));
        }
    }
}
