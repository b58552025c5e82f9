/** Small tasks that a model trained from random weights gets better at within minutes: graders, generators and runs of stages. */
@NullMarked
package dev.reft.examples.tasks;

import org.jspecify.annotations.NullMarked;
