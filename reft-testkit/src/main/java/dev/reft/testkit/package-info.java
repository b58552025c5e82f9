/** What tests of models and trainers need: a wrapper that catches misuse, and replicas inside one process. */
@NullMarked
package dev.reft.testkit;

import org.jspecify.annotations.NullMarked;
