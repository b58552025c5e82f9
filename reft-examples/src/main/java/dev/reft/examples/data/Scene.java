package dev.reft.examples.data;

import dev.reft.random.Seeds;

/**
 * Who has what in a generated problem, and its wording. Part of the frozen generator: see {@link WordProblems#VERSION}.
 *
 * <p>Numbers are small so that a small model can learn their sums by heart: sums of 2 to 12, differences from at most 20,
 * products of 2 to 4 and 2 to 8; no result is above 32.
 */
final class Scene {
    static final String[] NAMES = {
        "Ann", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gina", "Hugo", "Ida", "Jack", "Kim", "Leo"
    };
    static final String[] THINGS = {
        "apples", "books", "cards", "coins", "eggs", "hats", "keys", "nuts", "pears", "pens", "rings", "stamps"
    };

    private final long seed;
    private int drawn;
    private final String name;
    private final String other;
    private final String things;
    private final String aside;

    Scene(long seed) {
        this.seed = seed;
        int who = below(NAMES.length);
        int what = below(THINGS.length);
        this.name = NAMES[who];
        this.other = NAMES[(who + 1 + below(NAMES.length - 1)) % NAMES.length];
        this.things = THINGS[what];
        this.aside = " and " + from(2, 12) + " " + THINGS[(what + 1 + below(THINGS.length - 1)) % THINGS.length];
    }

    /** A question with its chain of thought and answer. */
    record Draft(String question, String chain, String answer) {}

    Draft draft(WordProblems.Kind kind) {
        return switch (kind) {
            case GAIN -> gain("");
            case DISTRACTED_GAIN -> gain(aside);
            case LOSS -> loss("");
            case DISTRACTED_LOSS -> loss(aside);
            case TOTAL -> total();
            case DIFFERENCE -> difference();
            case TIMES -> times();
            case BOXES -> boxes();
            case GAIN_LOSS -> gainLoss();
            case LOSS_GAIN -> lossGain();
            case MORE_TOTAL -> moreTotal();
        };
    }

    private Draft gain(String distraction) {
        int a = from(2, 12);
        int b = from(2, 12);
        return one(has(name, a, things) + distraction + " . " + gains(b) + " . " + howManyNow(), a, '+', b);
    }

    private Draft loss(String distraction) {
        int a = from(4, 20);
        int b = from(2, Math.min(12, a - 1));
        return one(has(name, a, things) + distraction + " . " + loses(b) + " . " + howManyNow(), a, '-', b);
    }

    private Draft total() {
        int a = from(2, 12);
        int b = from(2, 12);
        return one(has(name, a, things) + " . " + has(other, b, things) + " . " + together(), a, '+', b);
    }

    private Draft difference() {
        int a = from(4, 20);
        int b = from(2, Math.min(12, a - 1));
        String question = "how many more " + things + " does " + name + " have than " + other + " ?";
        return one(has(name, a, things) + " . " + has(other, b, things) + " . " + question, a, '-', b);
    }

    private Draft times() {
        int a = from(2, 8);
        int t = from(2, 4);
        String second = other + " has " + t + " times as many " + things;
        return one(has(name, a, things) + " . " + second + " . " + howMany(other), a, '*', t);
    }

    private Draft boxes() {
        int t = from(2, 4);
        int a = from(2, 8);
        String second = "each box holds " + a + " " + things;
        return one(has(name, t, "boxes") + " . " + second + " . " + howMany(name), t, '*', a);
    }

    private Draft gainLoss() {
        int a = from(2, 12);
        int b = from(2, 8);
        int c = from(2, Math.min(12, a + b - 1));
        String question = has(name, a, things) + " . " + gains(b) + " . " + loses(c) + " . " + howManyNow();
        return two(question, a, '+', b, '-', c);
    }

    private Draft lossGain() {
        int a = from(4, 14);
        int b = from(2, Math.min(12, a - 1));
        int c = from(2, 12);
        String question = has(name, a, things) + " . " + loses(b) + " . " + gains(c) + " . " + howManyNow();
        return two(question, a, '-', b, '+', c);
    }

    private Draft moreTotal() {
        int a = from(2, 8);
        int b = from(2, 8);
        int more = a + b;
        String second = other + " has " + b + " more " + things + " than " + name;
        return new Draft(
                has(name, a, things) + " . " + second + " . " + together(),
                step(a, '+', b) + " " + step(a, '+', more),
                Integer.toString(a + more));
    }

    private static String has(String who, int count, String what) {
        return who + " has " + count + " " + what;
    }

    private String gains(int count) {
        return switch (below(3)) {
            case 0 -> other + " gives " + name + " " + count + " " + things;
            case 1 -> name + " finds " + count + " more " + things;
            default -> name + " buys " + count + " " + things;
        };
    }

    private String loses(int count) {
        return switch (below(3)) {
            case 0 -> name + " gives " + other + " " + count + " " + things;
            case 1 -> name + " loses " + count + " " + things;
            default -> name + " sells " + count + " " + things;
        };
    }

    private String howMany(String who) {
        return "how many " + things + " does " + who + " have ?";
    }

    private String howManyNow() {
        return "how many " + things + " does " + name + " have now ?";
    }

    private String together() {
        return "how many " + things + " do they have together ?";
    }

    private static Draft one(String question, int a, char operation, int b) {
        return new Draft(question, step(a, operation, b), Integer.toString(apply(a, operation, b)));
    }

    private static Draft two(String question, int a, char first, int b, char second, int c) {
        int middle = apply(a, first, b);
        return new Draft(
                question,
                step(a, first, b) + " " + step(middle, second, c),
                Integer.toString(apply(middle, second, c)));
    }

    private static String step(int a, char operation, int b) {
        return a + " " + operation + " " + b + " = " + apply(a, operation, b) + " .";
    }

    private static int apply(int a, char operation, int b) {
        return switch (operation) {
            case '+' -> a + b;
            case '-' -> a - b;
            default -> a * b;
        };
    }

    // java.util.Random would do for the draws, but its algorithm is not ours to freeze.
    private int below(int bound) {
        return (int) (Seeds.uniform(seed, drawn++) * bound);
    }

    private int from(int low, int high) {
        return low + below(high - low + 1);
    }
}
