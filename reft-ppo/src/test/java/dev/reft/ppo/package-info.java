@org.jspecify.annotations.NullMarked
package dev.reft.ppo;
