package dev.reft.checkpoint;

/** How a decoder tells positions apart. The type grows. */
public sealed interface PositionEncoding permits Rope, LearnedPositions {}
