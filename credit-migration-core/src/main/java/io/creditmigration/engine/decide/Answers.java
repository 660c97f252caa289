package io.creditmigration.engine.decide;

import io.creditmigration.MigrationResult;
import io.creditmigration.RollbackResult;
import io.creditmigration.UserMigration;
import org.jspecify.annotations.Nullable;

/** Answers that have neither a quote nor an error. */
public final class Answers {

    private Answers() {}

    /** A migration that had this outcome. */
    public static MigrationResult of(MigrationResult.Status status, String userId, @Nullable UserMigration record) {
        return new MigrationResult(status, userId, record, null, null);
    }

    /** A rollback that had this outcome. */
    public static RollbackResult of(RollbackResult.Status status, String userId, @Nullable UserMigration record) {
        return new RollbackResult(status, userId, record, null, null);
    }
}
