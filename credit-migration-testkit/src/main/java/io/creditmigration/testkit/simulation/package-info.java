/**
 * Whole histories of an application, drawn from seeds, run on one thread with faults at every call of the store, and checked
 * against an independent model: begin with {@link io.creditmigration.testkit.simulation.Simulation}.
 */
@NullMarked
package io.creditmigration.testkit.simulation;

import org.jspecify.annotations.NullMarked;
