package io.creditmigration;

import org.jspecify.annotations.Nullable;

/**
 * What the journal keeps of a user's state before migration, to restore it. For operators, never shown to users.
 *
 * @param line the number of the MIGRATED line that holds it
 * @param oldCredits the balance before; null where there was none
 * @param newCredits the balance that the migration wrote
 * @param oldRate the rate before; null for grants
 * @param newRate the rate after; null for grants
 * @param hostState the marker and captured host columns as they were, in the store's own form
 */
public record RollbackData(
        int line,
        @Nullable Credits oldCredits,
        Credits newCredits,
        @Nullable CreditRate oldRate,
        @Nullable CreditRate newRate,
        String hostState) {

    static @Nullable RollbackData of(JournalLine migrated) {
        JournalLine.Figures figures = migrated.figures();
        if (figures == null || figures.newCredits() == null || figures.hostState() == null) {
            return null;
        }
        return new RollbackData(
                migrated.number(),
                figures.oldCredits(),
                figures.newCredits(),
                figures.oldRate(),
                figures.newRate(),
                figures.hostState());
    }
}
