package dev.reft.model;

/** A typed option of a provider, defined in the provider's own module. */
public interface ProviderOption {}
