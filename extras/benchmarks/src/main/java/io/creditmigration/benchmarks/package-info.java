/** The library beside a hand-written statement, Spring Batch and a loop, on the same tables, in one command. */
@NullMarked
package io.creditmigration.benchmarks;

import org.jspecify.annotations.NullMarked;
