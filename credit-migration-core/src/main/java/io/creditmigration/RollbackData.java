package io.creditmigration;

import org.jspecify.annotations.Nullable;

/**
 * What is kept of a user's state before migration, to put it back. For operators, never shown to users.
 *
 * @param oldCredits the balance before; null where there was none
 * @param newCredits the balance that the migration wrote
 * @param oldRate the rate before; null for grants
 * @param newRate the rate after; null for grants
 * @param hostState the marker and captured host columns as they were, in the store's own form
 */
public record RollbackData(
        @Nullable Credits oldCredits,
        Credits newCredits,
        @Nullable CreditRate oldRate,
        @Nullable CreditRate newRate,
        String hostState) {}
