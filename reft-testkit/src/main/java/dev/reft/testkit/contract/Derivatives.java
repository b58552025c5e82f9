package dev.reft.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Policy;

/** Derivatives by central differences along gradients. */
final class Derivatives {
    private Derivatives() {}

    /** Along its own gradient a loss grows by the gradient's squared norm. */
    static void check(PolicySubject subject, long seed, Output... outputs) {
        Lesson lesson;
        double norm;
        try (Policy policy = subject.openWith(new Optimizer.Sgd())) {
            lesson = Lesson.of(policy.info(), seed, outputs);
            norm = lesson.normOn(policy);
        }
        assertTrue(norm > 1e-6, "no gradient for slopes of " + lesson.outputs());
        double found = along(subject, lesson, lesson, norm * norm);
        assertEquals(
                1,
                found / (norm * norm),
                subject.tolerance().gradient(),
                "derivative / norm^2 for " + lesson.outputs());
    }

    /** Along another loss's gradient it grows by the product of both, which the norm of their sum gives away. */
    static void checkCrossed(PolicySubject subject, Output first, Output second) {
        Lesson a;
        Lesson b;
        double normA;
        double normB;
        double sum;
        try (Policy policy = subject.openWith(new Optimizer.Sgd())) {
            a = Lesson.of(policy.info(), 60, first);
            b = Lesson.of(policy.info(), 61, second);
            normA = a.normOn(policy);
            normB = b.normOn(policy);
            a.teach(policy);
            sum = b.normOn(policy);
        }
        double product = (sum * sum - normA * normA - normB * normB) / 2;
        double found = along(subject, a, b, normA * normB);
        assertEquals(
                product / (normA * normB),
                found / (normA * normB),
                subject.tolerance().gradient(),
                "change of " + first + " along the gradient of " + second);
    }

    private static double along(PolicySubject subject, Lesson measured, Lesson direction, double scale) {
        double rate = subject.tolerance().probe() / scale;
        double below = after(subject, measured, direction, 1, rate);
        double above = after(subject, measured, direction, -1, rate);
        return (above - below) / (2 * rate);
    }

    private static double after(PolicySubject subject, Lesson measured, Lesson direction, float sign, double rate) {
        try (Policy policy = subject.openWith(new Optimizer.Sgd())) {
            direction.teach(policy, sign);
            Lesson.step(policy, rate);
            return measured.loss(policy);
        }
    }
}
