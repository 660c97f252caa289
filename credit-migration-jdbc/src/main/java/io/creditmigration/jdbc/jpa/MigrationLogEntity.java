package io.creditmigration.jdbc.jpa;

import io.creditmigration.Actor;
import io.creditmigration.MigrationLogEntry;
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
 * One line of the append-only audit log, read only. For conversions
 * {@code oldCredits × oldRate = newCredits × newRate + residual}, exactly.
 *
 * <p>Where the tables have another schema or prefix, name the table in an {@code orm.xml}.
 */
@SuppressWarnings("exports") // JPA is optional: who reads entities reads its module.
@Entity
@Table(name = "credit_migration_log")
@IdClass(MigrationLogEntity.Key.class)
public class MigrationLogEntity {

    /** What happened to a user in an attempt of a migration. */
    public static class Key implements Serializable {

        private static final long serialVersionUID = 1L;

        private String migrationId = "";
        private String userId = "";
        private int attempt;
        private MigrationLogEntry.Kind kind = MigrationLogEntry.Kind.MIGRATED;

        /** For the JPA provider. */
        protected Key() {}

        /** What of this kind happened in this attempt to the user with this id as stored. */
        public Key(String migrationId, String userId, int attempt, MigrationLogEntry.Kind kind) {
            this.migrationId = migrationId;
            this.userId = userId;
            this.attempt = attempt;
            this.kind = kind;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key
                    && migrationId.equals(key.migrationId)
                    && userId.equals(key.userId)
                    && attempt == key.attempt
                    && kind == key.kind;
        }

        @Override
        public int hashCode() {
            return Objects.hash(migrationId, userId, attempt, kind);
        }

        @Override
        public String toString() {
            return migrationId + "/" + userId + "/" + attempt + "/" + kind;
        }
    }

    @Id
    @Column(name = "migration_id", updatable = false, nullable = false, length = 64)
    private String migrationId;

    @Id
    @Column(name = "user_id", updatable = false, nullable = false)
    private String userId;

    @Id
    @Column(name = "attempt", updatable = false, nullable = false)
    private int attempt;

    @Id
    @Enumerated(EnumType.STRING)
    @Column(name = "kind", updatable = false, nullable = false, length = 16)
    private MigrationLogEntry.Kind kind;

    @Column(name = "old_credits", insertable = false, updatable = false, precision = 38, scale = 18)
    private @Nullable BigDecimal oldCredits;

    @Column(name = "new_credits", insertable = false, updatable = false, precision = 38, scale = 18)
    private @Nullable BigDecimal newCredits;

    @Column(name = "old_rate", insertable = false, updatable = false, precision = 18, scale = 6)
    private @Nullable BigDecimal oldRate;

    @Column(name = "new_rate", insertable = false, updatable = false, precision = 18, scale = 6)
    private @Nullable BigDecimal newRate;

    @Column(name = "residual", insertable = false, updatable = false, nullable = false, precision = 60, scale = 24)
    private BigDecimal residual;

    @Enumerated(EnumType.STRING)
    @Column(name = "actor_kind", insertable = false, updatable = false, nullable = false, length = 16)
    private Actor.Kind actorKind;

    @Column(name = "actor", insertable = false, updatable = false, nullable = false)
    private String actor;

    @Column(name = "logged_at", insertable = false, updatable = false, nullable = false)
    private OffsetDateTime loggedAt;

    @Column(name = "reason", insertable = false, updatable = false, nullable = false, length = 500)
    private String reason;

    /** For the JPA provider, which fills the fields. */
    @SuppressWarnings("NullAway.Init")
    protected MigrationLogEntity() {}

    /** The migration. */
    public String getMigrationId() {
        return migrationId;
    }

    /** The user, as stored. */
    public String getUserId() {
        return userId;
    }

    /** The attempt. */
    public int getAttempt() {
        return attempt;
    }

    /** What happened. */
    public MigrationLogEntry.Kind getKind() {
        return kind;
    }

    /** The balance before; null where there was none. */
    public @Nullable BigDecimal getOldCredits() {
        return Amounts.orNull(oldCredits);
    }

    /** The balance after; null where there is none. */
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

    /** The money's worth that rounding left over; zero for grants. */
    public BigDecimal getResidual() {
        return Amounts.canonical(residual);
    }

    /** Which kind of actor caused it. */
    public Actor.Kind getActorKind() {
        return actorKind;
    }

    /** Which trigger, user or operator caused it. */
    public String getActor() {
        return actor;
    }

    /** When; microseconds. */
    public Instant getLoggedAt() {
        return loggedAt.toInstant();
    }

    /** Why, in words. */
    public String getReason() {
        return reason;
    }

    @PrePersist
    @PreRemove
    void refuse() {
        throw new UnsupportedOperationException("The log of a migration is read only here");
    }
}
