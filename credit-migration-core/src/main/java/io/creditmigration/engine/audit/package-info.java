/** Proof: reads what is stored and computes it again. Shares no arithmetic with {@code engine.decide}. */
@NullMarked
package io.creditmigration.engine.audit;

import org.jspecify.annotations.NullMarked;
