package dev.reft.onnx;

/** How many cases of a reference family were compared to the end. */
final class Tally {
    private final String family;
    private int cases;
    private int compared;

    Tally(String family) {
        this.family = family;
    }

    /** Before some cases are compared. */
    synchronized void expect(int some) {
        cases += some;
    }

    /** After they were. */
    synchronized void add(int some) {
        compared += some;
    }

    /** Once, when the tests of a class are over; nothing where the test was left out. */
    void print() {
        if (cases > 0) {
            System.out.println(family + ": " + compared + " of " + cases + " cases");
        }
    }
}
