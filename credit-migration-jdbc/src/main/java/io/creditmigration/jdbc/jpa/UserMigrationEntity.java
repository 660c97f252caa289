package io.creditmigration.jdbc.jpa;

import io.creditmigration.MigrationStatus;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.PrePersist;
import jakarta.persistence.PreRemove;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The record of one user in one migration, read only.
 *
 * <pre>{@code
 * entityManager.createQuery("SELECT u FROM UserMigrationEntity u WHERE u.status = :status", UserMigrationEntity.class)
 *     .setParameter("status", MigrationStatus.FAILED)
 * }</pre>
 *
 * <p>For operators: it holds what users are never shown. Where the tables have another schema or prefix, name the table in
 * an {@code orm.xml}.
 */
@SuppressWarnings("exports") // JPA is optional: who reads entities reads its module.
@Entity
@Table(name = "credit_migration_user")
@IdClass(UserMigrationEntity.Key.class)
public class UserMigrationEntity {

    /** A user in a migration. */
    public static class Key implements Serializable {

        private static final long serialVersionUID = 1L;

        private String migrationId = "";
        private String userId = "";

        /** For the JPA provider. */
        protected Key() {}

        /** The user with this id as stored, in the migration of that id. */
        public Key(String migrationId, String userId) {
            this.migrationId = migrationId;
            this.userId = userId;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && migrationId.equals(key.migrationId) && userId.equals(key.userId);
        }

        @Override
        public int hashCode() {
            return Objects.hash(migrationId, userId);
        }

        @Override
        public String toString() {
            return migrationId + "/" + userId;
        }
    }

    @Id
    @Column(name = "migration_id", updatable = false, nullable = false, length = 64)
    private String migrationId;

    @Id
    @Column(name = "user_id", updatable = false, nullable = false)
    private String userId;

    @Enumerated(EnumType.STRING)
    @Column(name = "status", insertable = false, updatable = false, nullable = false, length = 16)
    private MigrationStatus status;

    @Column(name = "attempt", insertable = false, updatable = false, nullable = false)
    private int attempt;

    @Column(
            name = "credits_granted",
            insertable = false,
            updatable = false,
            nullable = false,
            precision = 38,
            scale = 18)
    private BigDecimal creditsGranted;

    @Column(name = "historical_operations", insertable = false, updatable = false, nullable = false)
    private long historicalOperations;

    @Column(name = "changed_at", insertable = false, updatable = false, nullable = false)
    private OffsetDateTime changedAt;

    @Column(name = "old_credits", insertable = false, updatable = false, precision = 38, scale = 18)
    private @Nullable BigDecimal oldCredits;

    @Column(name = "new_credits", insertable = false, updatable = false, precision = 38, scale = 18)
    private @Nullable BigDecimal newCredits;

    @Column(name = "old_rate", insertable = false, updatable = false, precision = 18, scale = 6)
    private @Nullable BigDecimal oldRate;

    @Column(name = "new_rate", insertable = false, updatable = false, precision = 18, scale = 6)
    private @Nullable BigDecimal newRate;

    @Column(name = "error", insertable = false, updatable = false, length = 1000)
    private @Nullable String error;

    @Column(name = "credits_consumed", insertable = false, updatable = false, precision = 38, scale = 18)
    private @Nullable BigDecimal creditsConsumed;

    @Column(name = "run_id", insertable = false, updatable = false, length = 36)
    private @Nullable String runId;

    /** For the JPA provider, which fills the fields. */
    @SuppressWarnings("NullAway.Init")
    protected UserMigrationEntity() {}

    /** The migration. */
    public String getMigrationId() {
        return migrationId;
    }

    /** The user, as stored. */
    public String getUserId() {
        return userId;
    }

    /** Where the user stands. */
    public MigrationStatus getStatus() {
        return status;
    }

    /** 1, or more after a rollback and an operator's act. */
    public int getAttempt() {
        return attempt;
    }

    /** What a grant added, or the whole new balance of a conversion; zero until completed. */
    public BigDecimal getCreditsGranted() {
        return Amounts.canonical(creditsGranted);
    }

    /** Operations that became entries of the credit history. */
    public long getHistoricalOperations() {
        return historicalOperations;
    }

    /** When the status was reached; microseconds. */
    public Instant getChangedAt() {
        return changedAt.toInstant();
    }

    /** The balance before; null where there was none, or nothing is to be put back. */
    public @Nullable BigDecimal getOldCredits() {
        return Amounts.orNull(oldCredits);
    }

    /** The balance after; null where the user is not migrated. */
    public @Nullable BigDecimal getNewCredits() {
        return Amounts.orNull(newCredits);
    }

    /** The rate before; null for grants. */
    public @Nullable BigDecimal getOldRate() {
        return Amounts.orNull(oldRate);
    }

    /** The rate after; null for grants. */
    public @Nullable BigDecimal getNewRate() {
        return Amounts.orNull(newRate);
    }

    /** Why it failed; null unless it failed. */
    public @Nullable String getError() {
        return error;
    }

    /** Of grants of attempts that were taken back, what was spent and not withdrawn; null where there was nothing. */
    public @Nullable BigDecimal getCreditsConsumed() {
        return Amounts.orNull(creditsConsumed);
    }

    /** The run that wrote the record last; null where no run did. */
    public @Nullable String getRunId() {
        return runId;
    }

    @PrePersist
    @PreRemove
    void refuse() {
        throw new UnsupportedOperationException("A record of a migration is read only here");
    }
}
