package dev.reft.model;

/** A model that generates and scores. */
public interface LanguageModel extends Sampler, Scorer {}
