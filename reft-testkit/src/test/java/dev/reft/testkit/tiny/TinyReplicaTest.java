package dev.reft.testkit.tiny;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.testkit.LocalReplicas;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Doubles that cross a sum of floats lose nothing. */
class TinyReplicaTest {
    @Test
    void sumsOfDoublesAreExact() throws Exception {
        int ranks = 3;
        Random random = new Random(4);
        double[][] numbers = new double[ranks][40];
        double[] expected = new double[40];
        for (int i = 0; i < 40; i++) {
            for (int rank = 0; rank < ranks; rank++) {
                numbers[rank][i] = random.nextGaussian() * Math.pow(10, random.nextInt(12) - 8);
                expected[i] += numbers[rank][i];
            }
        }
        List<LocalReplicas> replicas = LocalReplicas.of(ranks);
        ExecutorService threads = Executors.newFixedThreadPool(ranks);
        List<Future<boolean[]>> marks = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            int mine = rank;
            marks.add(threads.submit(() -> {
                boolean[] reached = {mine == 1, false};
                ReplicaSum.sum(numbers[mine], reached, replicas.get(mine));
                return reached;
            }));
        }
        threads.shutdown();
        for (Future<boolean[]> mark : marks) {
            assertArrayEquals(new boolean[] {true, false}, mark.get());
        }
        for (int i = 0; i < 40; i++) {
            // The sum over ranks rounds in another order than the expected one: a few units in the last place.
            double unit = Math.ulp(Math.abs(numbers[0][i]) + 1e-17);
            assertEquals(expected[i], numbers[0][i], 1e-13 * Math.abs(expected[i]) + 4 * unit, "number " + i);
        }
        assertArrayEquals(numbers[0], numbers[1]);
        assertArrayEquals(numbers[0], numbers[2]);
    }

    @Test
    void whatIsNotFiniteStaysSo() {
        double[] numbers = {1, Double.POSITIVE_INFINITY};
        ReplicaSum.sum(numbers, new boolean[0], new LocalReplicas.Poison());
        assertEquals(1, numbers[0]);
        assertTrue(Double.isNaN(numbers[1]));
    }
}
