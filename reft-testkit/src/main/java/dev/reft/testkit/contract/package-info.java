/**
 * Contracts that every provider keeps, as JUnit interfaces: a test class implements {@link
 * dev.reft.testkit.contract.PolicyContract} (or the contract of the least it can do) by giving a factory.
 */
@NullMarked
package dev.reft.testkit.contract;

import org.jspecify.annotations.NullMarked;
