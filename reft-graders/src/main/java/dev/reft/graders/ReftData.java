package dev.reft.graders;

/** The data sets of the ReFT paper, each with its rule for answers. The enum grows. */
public enum ReftData {
    /** GSM8K: numbers. */
    GSM8K("gsm8k"),
    /** SVAMP: numbers. */
    SVAMP("svamp"),
    /** MathQA as multiple choice: a letter. */
    MATHQA("mathqa"),
    /** MathQA with numbers for answers. */
    MATHQA_NUMERIC("mathqa-numeric");

    private final String prefix;

    ReftData(String prefix) {
        this.prefix = prefix;
    }

    /**
     * The data set of a row, by the part of its id before the underscore, as the published code tells it.
     *
     * @param itemId such as {@code "gsm8k_0"}
     * @return the data set
     * @throws IllegalArgumentException if it is none of these
     */
    public static ReftData ofItem(String itemId) {
        int end = itemId.indexOf('_');
        String wanted = PythonCase.lower(end < 0 ? itemId : itemId.substring(0, end));
        for (ReftData data : values()) {
            if (data.prefix.equals(wanted)) {
                return data;
            }
        }
        throw new IllegalArgumentException(
                "item_id '" + itemId + "' starts with none of gsm8k_, svamp_, mathqa_, mathqa-numeric_");
    }

    /**
     * What item ids of the data set start with.
     *
     * @return without the underscore
     */
    public String prefix() {
        return prefix;
    }

    /**
     * Whether answers are letters.
     *
     * @return true for multiple choice
     */
    public boolean isChoice() {
        return this == MATHQA;
    }
}
