package io.creditmigration.spi;

import io.creditmigration.Credits;
import io.creditmigration.Rollout;
import io.creditmigration.UserMigration;
import io.creditmigration.UserSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * All that a store read of one user in one query: what policies may see, and what the protocol needs besides.
 *
 * @param user what policies may see. Its rate is that of a mapped column; null where none is mapped, or the row has none
 * @param lastLine the number of the user's last line of the journal, of any migration; 0 where there is none
 * @param record where the user stands in this migration, by its last line; null where there is none
 * @param lateOperations of a COMPLETED grant, operations made before the user was migrated that are not in the history, as far
 *     as the store was asked for them: in the sweep of a run; 0 otherwise
 * @param flagged whether the flag of the user's row is set; null where none is mapped
 * @param unitLine the last line that left the balance in a unit, of any conversion; null where there is none
 * @param hostState marker and captured columns as read, in a form of the store's own: part of the guard, and kept as
 *     rollback data
 * @param registration how the migration stands in the chain, as read with the user
 * @param bought of a COMPLETED grant, the credits that the user has paid for since: zero where balance and version are as the
 *     record has left them, otherwise what the host's purchases have grown by; null where neither tells, and for conversions
 * @param defect why what is stored of this user cannot be read, a balance with more digits than {@link Credits} can have,
 *     for one: the user fails, and no one else. Null where it can
 */
public record UserState(
        UserSnapshot user,
        int lastLine,
        @Nullable UserMigration record,
        long lateOperations,
        @Nullable Boolean flagged,
        @Nullable UnitLine unitLine,
        String hostState,
        Registration registration,
        @Nullable Credits bought,
        @Nullable String defect) {

    /** Who may migrate, as read with the user. */
    public Rollout rollout() {
        return registration.rollout();
    }

    /** The number of the line that a change of this user writes. */
    public int nextLine() {
        return lastLine + 1;
    }
}
