package dev.reft.examples.tasks;

import java.util.Map;

/** A clue of a puzzle about who sits on which seat. */
sealed interface Clue {
    /** Whether the clue is true of a seating, name to seat. */
    boolean holds(Map<String, Integer> seats);

    /** The clue in words that the model knows. */
    String text();

    /** Somebody sits there. */
    record At(String who, int seat) implements Clue {
        @Override
        public boolean holds(Map<String, Integer> seats) {
            return seats.getOrDefault(who, 0) == seat;
        }

        @Override
        public String text() {
            return who + " at " + seat;
        }
    }

    /** Somebody does not sit there. */
    record NotAt(String who, int seat) implements Clue {
        @Override
        public boolean holds(Map<String, Integer> seats) {
            return seats.getOrDefault(who, seat) != seat;
        }

        @Override
        public String text() {
            return who + " not " + seat;
        }
    }

    /** Somebody sits somewhere to the left of somebody. */
    record LeftOf(String who, String other) implements Clue {
        @Override
        public boolean holds(Map<String, Integer> seats) {
            return seats.getOrDefault(who, 0) < seats.getOrDefault(other, 0);
        }

        @Override
        public String text() {
            return who + " left " + other;
        }
    }

    /** Two sit side by side. */
    record NextTo(String who, String other) implements Clue {
        @Override
        public boolean holds(Map<String, Integer> seats) {
            return Math.abs(seats.getOrDefault(who, 0) - seats.getOrDefault(other, 0)) == 1;
        }

        @Override
        public String text() {
            return who + " next " + other;
        }
    }
}
