package io.creditmigration.spi;

import io.creditmigration.Migration;
import io.creditmigration.Seal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The role of a store that lays open what it keeps, for {@link io.creditmigration.MigrationService#verify} and the sealed
 * log. It reads tables as they are and judges nothing; only {@link #seal} writes.
 *
 * <p>Pages are in the order of user ids as {@link RunStore} has them, so that they need little memory however many users
 * there are.
 */
public interface AuditStore extends MigrationStore {

    /**
     * Evidence of the users behind this stored id of whom the migration has kept anything, a record, a line of the log or an
     * entry, at most {@code limit}; null begins. One snapshot: nothing in it is of another moment than the rest.
     */
    List<Evidence> evidence(Migration migration, @Nullable String afterUserId, int limit);

    /** Evidence of this one user, by the id as stored; of one of whom nothing is kept, there is at most a holding. */
    Evidence evidence(Migration migration, String storedUserId);

    /** The host's users without a record, counted in one snapshot. */
    List<Unrecorded> unrecorded(Migration migration);

    /** The seals of this migration, oldest first. */
    List<Seal> seals(Migration migration);

    /** What seals have kept behind this key in the order of keys, at most {@code limit}; null begins. */
    List<SealedLine> sealed(Migration migration, LogLine.@Nullable Key after, int limit);

    /** The lines of the log that no seal has, behind this key in the order of keys, at most {@code limit}; null begins. */
    List<LogLine> unsealed(Migration migration, LogLine.@Nullable Key after, int limit);

    /**
     * Seals what no seal has yet, in one transaction: keeps the digest of each line, in the order of their keys, and the seal
     * itself. Two at once come one after the other. Where there is a seal and nothing new, nothing is written.
     *
     * @return the seal that was written, or the last one
     */
    Seal seal(Migration migration, SealWork work);
}
