package dev.reft.torch;

import dev.reft.checkpoint.AttentionConfig;
import dev.reft.checkpoint.ModelConfig;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Attention of one new token a row to its prompt, whose keys the rows of a prompt share, and to its own earlier tokens.
 *
 * <p>Two batched products a side: over prompts, with the queries of all rows of a prompt in one matrix, and over rows.
 * One softmax over both, so nothing depends on where the prompt ends. The fused kernel is 10 to 25 times slower here on
 * the CPU, as measured.
 *
 * <p>What a row gives depends neither on the other rows nor on its place: masked keys weigh exactly nothing.
 */
final class CachedAttention implements Attention {
    private final AttentionConfig shape;
    private final KeyValueCache prompts;
    private final KeyValueCache own;
    private final Layout layout;
    private final Tensor addresses;
    private final Tensor cells;
    private final Tensor back;
    private final Map<Integer, Tensor> masks = new HashMap<>();

    /**
     * Which rows belong to which prompt.
     *
     * @param rows number of rows, those that only fill up the batch included
     * @param prompts number of prompts, those that only fill up included
     * @param widest most rows of one prompt
     * @param promptOf each live row's prompt
     * @param promptLengths each live row's number of prompt tokens
     * @param ownLengths each live row's number of own tokens before the new one
     */
    record Layout(int rows, int prompts, int widest, int[] promptOf, int[] promptLengths, int[] ownLengths) {
        /** Whether row i is the one row of prompt i, so that nothing has to be gathered. */
        boolean plain() {
            if (widest != 1 || rows != prompts) {
                return false;
            }
            for (int i = 0; i < promptOf.length; i++) {
                if (promptOf[i] != i) {
                    return false;
                }
            }
            return true;
        }
    }

    /** For one step; its tensors belong to the scope around. */
    CachedAttention(ModelConfig config, Placement placement, KeyValueCache prompts, KeyValueCache own, Layout layout) {
        this.shape = config.attention();
        this.prompts = prompts;
        this.own = own;
        this.layout = layout;
        this.addresses = placement.here(Ops.longs(addresses()));
        int[] cellRows = new int[layout.prompts() * layout.widest()];
        int[] rowCells = new int[layout.rows()];
        int[] taken = new int[layout.prompts()];
        for (int i = 0; i < layout.promptOf().length; i++) {
            int prompt = layout.promptOf()[i];
            rowCells[i] = prompt * layout.widest() + taken[prompt]++;
            cellRows[rowCells[i]] = i;
        }
        this.cells = placement.here(Ops.longs(cellRows));
        this.back = placement.here(Ops.longs(rowCells));
        for (int window : shape.windows()) {
            masks.computeIfAbsent(window, w -> placement.here(mask(w), placement.type()));
        }
    }

    private int[] addresses() {
        int heads = shape.keyValueHeads();
        int[] all = new int[layout.rows() * heads];
        for (int i = 0; i < layout.rows(); i++) {
            int token = i < layout.ownLengths().length ? layout.ownLengths()[i] : 0;
            for (int h = 0; h < heads; h++) {
                all[i * heads + h] = own.address(i, h, token);
            }
        }
        return all;
    }

    /** 0 where a row looks, minus infinity elsewhere: [rows, 1, prompt tokens + own tokens]. */
    private Tensor mask(int window) {
        int width = prompts.length() + own.length();
        float[] mask = new float[Math.multiplyExact(layout.rows(), width)];
        Arrays.fill(mask, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < layout.rows(); i++) {
            boolean live = i < layout.promptOf().length;
            int promptLength = live ? layout.promptLengths()[i] : 0;
            int position = promptLength + (live ? layout.ownLengths()[i] : 0);
            int first = window == 0 ? 0 : Math.max(0, position - window + 1);
            int at = i * width;
            Arrays.fill(mask, at + Math.min(first, promptLength), at + promptLength, 0f);
            int ownAt = at + prompts.length() - promptLength;
            Arrays.fill(mask, ownAt + Math.max(first, promptLength), ownAt + position + 1, 0f);
        }
        return Tensor.create(mask, layout.rows(), 1, width);
    }

    @Override
    public Tensor attend(int layer, Heads heads) {
        int kv = shape.keyValueHeads();
        int d = shape.headDim();
        int group = shape.heads() / kv;
        long rows = layout.rows();
        own.write(layer, addresses, heads);
        Tensor queries = Ops.scale(heads.queries(), 1 / Math.sqrt(d));
        Tensor ownScores = torch.bmm(
                queries.reshape(rows * kv, group, d),
                own.keys(layer, layout.rows()).transpose(1, 2));
        Tensor promptScores = torch.bmm(
                toPrompts(queries.reshape(rows, (long) kv * group, d), d),
                prompts.keys(layer, layout.prompts()).transpose(1, 2));
        Tensor mask = Objects.requireNonNull(masks.get(shape.windows().get(layer)));
        Tensor scores = Ops.cat(
                2, toRows(promptScores, prompts.length()), ownScores.view(rows, (long) kv * group, own.length()));
        Tensor[] weights = Ops.split(scores.add_(mask).softmax(2), 2, prompts.length(), own.length());
        Tensor promptOut = torch.bmm(
                toPrompts(weights[0], prompts.length()), prompts.values(layer, layout.prompts()));
        // Added to within the second product: in bf16 that rounds once less.
        return torch.baddbmm(
                        toRows(promptOut, d).reshape(rows * kv, group, d),
                        weights[1].reshape(rows * kv, group, own.length()),
                        own.values(layer, layout.rows()))
                .view(rows, shape.queryWidth());
    }

    /** [rows, heads, n] to [prompts * keyHeads, rows of a prompt * heads of a key head, n]. */
    private Tensor toPrompts(Tensor x, int n) {
        int kv = shape.keyValueHeads();
        int group = shape.heads() / kv;
        if (layout.plain()) {
            return x.reshape((long) layout.prompts() * kv, group, n);
        }
        return x.index_select(0, cells)
                .view(layout.prompts(), layout.widest(), kv, group, n)
                .transpose(1, 2)
                .reshape((long) layout.prompts() * kv, (long) layout.widest() * group, n);
    }

    /** The way back from {@link #toPrompts}. */
    private Tensor toRows(Tensor x, int n) {
        int kv = shape.keyValueHeads();
        int group = shape.heads() / kv;
        if (layout.plain()) {
            return x.view(layout.rows(), shape.heads(), n);
        }
        return x.view(layout.prompts(), kv, layout.widest(), group, n)
                .transpose(1, 2)
                .reshape((long) layout.prompts() * layout.widest(), shape.heads(), n)
                .index_select(0, back);
    }
}
