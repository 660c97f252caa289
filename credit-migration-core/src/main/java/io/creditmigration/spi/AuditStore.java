package io.creditmigration.spi;

import io.creditmigration.Migration;
import io.creditmigration.Seal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The role of a store that lays open what it keeps, for {@link io.creditmigration.MigrationService#verify} and the seals. It
 * reads tables as they are and judges nothing; only {@link #seal} writes. A row that cannot be read as what it should be is
 * answered as text and stops nothing.
 *
 * <p>Pages are in the order of user ids as {@link RunStore} has them, so that they need little memory however many users
 * there are.
 */
public interface AuditStore extends MigrationStore {

    /**
     * Evidence of the users after this stored id of whom the migration has kept anything, a line of the journal or an entry,
     * at most {@code limit}; null begins. One snapshot: nothing in it is of another moment than the rest.
     */
    List<Evidence> evidence(Migration migration, @Nullable String afterUserId, int limit);

    /** Evidence of this one user, by the id as stored; of one of whom nothing is kept, there is at most a holding. */
    Evidence evidence(Migration migration, String storedUserId);

    /** The host's users without a line of this migration, counted in one snapshot. */
    List<Unrecorded> unrecorded(Migration migration);

    /** The figures of this migration counted twice, in one snapshot. Reads every line. */
    JournalFigures figures(Migration migration);

    /** The seals of this migration, oldest first. */
    List<Seal> seals(Migration migration);

    /** What seals have kept after this key in the order of keys, at most {@code limit}; null begins. */
    List<SealedRow> sealed(Migration migration, StoredRow.@Nullable Key after, int limit);

    /**
     * The rows that no seal has, after this key in the order of keys, at most {@code limit}; null begins: the definition, the
     * finished runs and the lines of this migration.
     */
    List<StoredRow> unsealed(Migration migration, StoredRow.@Nullable Key after, int limit);

    /**
     * Seals what no seal has yet, in one transaction: keeps the digest of each row, in the order of their keys, and the seal
     * itself. Two at once come one after the other. Where there is a seal and nothing new, nothing is written.
     *
     * @return the seal that was written, or the last one
     */
    Seal seal(Migration migration, SealWork work);
}
