package dev.reft.graders.similarity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MeteorTest {
    @Test
    void ofSeveralSynonymsTheLastPlaceIsTaken() {
        SynonymSource source = word -> word.equals("x") ? Set.of("p", "q") : Set.of();
        double mean = (2.0 / 3) / (0.9 + 0.1 * 2 / 3);
        // x stands for q, next to z: one chunk of two words.
        assertEquals(
                (1 - 0.5 / 8) * mean,
                new Meteor(0.9, 3, 0.5, source).score(List.of("x", "z"), List.of(List.of("p", "q", "z"))),
                1e-12);
    }

    @Test
    void parametersAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> new Meteor(1.1, 3, 0.5, SynonymSource.NONE));
        assertThrows(IllegalArgumentException.class, () -> new Meteor(0.9, Double.NaN, 0.5, SynonymSource.NONE));
    }
}
