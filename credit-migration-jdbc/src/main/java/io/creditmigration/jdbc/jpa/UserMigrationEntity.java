package io.creditmigration.jdbc.jpa;

import io.creditmigration.MigrationStatus;
import jakarta.persistence.Cacheable;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.PrePersist;
import jakarta.persistence.PreRemove;
import jakarta.persistence.Table;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * Where one user stands in one migration, read only: a row of the view {@code credit_migration_record}.
 *
 * <pre>{@code
 * entityManager.createQuery(
 *         "SELECT u FROM UserMigrationEntity u WHERE u.migrationStatus = :status", UserMigrationEntity.class)
 *     .setParameter("status", MigrationStatus.FAILED)
 * }</pre>
 *
 * <p>For operators: it holds what users are never shown. Where the tables have another schema or prefix, name the view in
 * an {@code orm.xml}.
 */
@SuppressWarnings("exports") // JPA is optional: who reads entities reads its module.
@Entity
@Cacheable(false) // Others write what it reads.
@Table(name = "credit_migration_record")
public class UserMigrationEntity {

    @Id
    @Column(name = "id", updatable = false, nullable = false)
    private String id;

    @Column(name = "migration_id", insertable = false, updatable = false, nullable = false, length = 64)
    private String migrationId;

    @Column(name = "user_id", insertable = false, updatable = false, nullable = false)
    private String userId;

    @Enumerated(EnumType.STRING)
    @Column(name = "migration_status", insertable = false, updatable = false, nullable = false, length = 16)
    private MigrationStatus migrationStatus;

    @Column(name = "attempt", insertable = false, updatable = false, nullable = false)
    private int attempt;

    @Column(name = "initial_credits_granted", insertable = false, updatable = false, nullable = false)
    private BigDecimal initialCreditsGranted;

    @Column(name = "historical_operations", insertable = false, updatable = false, nullable = false)
    private long historicalOperations;

    @Column(name = "migration_date", insertable = false, updatable = false, nullable = false)
    private OffsetDateTime migrationDate;

    @Column(name = "rollback_data", insertable = false, updatable = false)
    private @Nullable String rollbackData;

    @Column(name = "error_message", insertable = false, updatable = false)
    private @Nullable String errorMessage;

    @Column(name = "credits_consumed", insertable = false, updatable = false, nullable = false)
    private BigDecimal creditsConsumed;

    /** For the JPA provider, which fills the fields. */
    @SuppressWarnings("NullAway.Init")
    protected UserMigrationEntity() {}

    /**
     * The number of the migration and the id of the user, with a colon between them. It is computed, and no index has it: look
     * users up by their user id.
     */
    public String getId() {
        return id;
    }

    /** The migration. */
    public String getMigrationId() {
        return migrationId;
    }

    /** The user, as stored. */
    public String getUserId() {
        return userId;
    }

    /** Where the user stands. */
    public MigrationStatus getMigrationStatus() {
        return migrationStatus;
    }

    /** 1, or more after a rollback and an operator's act. */
    public int getAttempt() {
        return attempt;
    }

    /** What a grant added; zero until completed, and for conversions. */
    public BigDecimal getInitialCreditsGranted() {
        return Amounts.canonical(initialCreditsGranted);
    }

    /** Operations that became entries of the credit history. */
    public long getHistoricalOperations() {
        return historicalOperations;
    }

    /** When the status was reached; microseconds. */
    public Instant getMigrationDate() {
        return migrationDate.toInstant();
    }

    /** What restores the user's earlier state, as JSON; null where there is none. */
    public @Nullable String getRollbackData() {
        return rollbackData;
    }

    /** Why it failed; null unless it failed. */
    public @Nullable String getErrorMessage() {
        return errorMessage;
    }

    /** Of grants of attempts that were rolled back, what was spent and not withdrawn. */
    public BigDecimal getCreditsConsumed() {
        return Amounts.canonical(creditsConsumed);
    }

    @PrePersist
    @PreRemove
    void refuse() {
        throw new UnsupportedOperationException("A record of a migration is read only here");
    }
}
