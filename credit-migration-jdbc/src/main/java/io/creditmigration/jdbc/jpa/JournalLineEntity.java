package io.creditmigration.jdbc.jpa;

import io.creditmigration.Actor;
import io.creditmigration.JournalLine;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Trigger;
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
 * One line of the journal, read only: a row of the view {@code credit_migration_log}.
 *
 * <p>Where the tables have another schema or prefix, name the view in an {@code orm.xml}.
 */
@SuppressWarnings("exports") // JPA is optional: who reads entities reads its module.
@Entity
@Table(name = "credit_migration_log")
@IdClass(JournalLineEntity.Key.class)
public class JournalLineEntity {

    /** A line of a user. */
    public static class Key implements Serializable {

        private static final long serialVersionUID = 1L;

        private String userId = "";
        private int line;

        /** For the JPA provider. */
        protected Key() {}

        /** The line of this number of the user with this id as stored. */
        public Key(String userId, int line) {
            this.userId = userId;
            this.line = line;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && userId.equals(key.userId) && line == key.line;
        }

        @Override
        public int hashCode() {
            return Objects.hash(userId, line);
        }

        @Override
        public String toString() {
            return userId + "/" + line;
        }
    }

    @Id
    @Column(name = "user_id", updatable = false, nullable = false)
    private String userId;

    @Id
    @Column(name = "line", updatable = false, nullable = false)
    private int line;

    @Column(name = "migration_id", insertable = false, updatable = false, nullable = false, length = 64)
    private String migrationId;

    @Column(name = "attempt", insertable = false, updatable = false, nullable = false)
    private int attempt;

    @Enumerated(EnumType.STRING)
    @Column(name = "kind", insertable = false, updatable = false, nullable = false, length = 16)
    private JournalLine.Kind kind;

    @Enumerated(EnumType.STRING)
    @Column(name = "status", insertable = false, updatable = false, nullable = false, length = 16)
    private MigrationStatus status;

    @Enumerated(EnumType.STRING)
    @Column(name = "cause", insertable = false, updatable = false, nullable = false, length = 16)
    private Trigger cause;

    @Column(name = "old_credits", insertable = false, updatable = false)
    private @Nullable BigDecimal oldCredits;

    @Column(name = "new_credits", insertable = false, updatable = false)
    private @Nullable BigDecimal newCredits;

    @Column(name = "old_rate", insertable = false, updatable = false)
    private @Nullable BigDecimal oldRate;

    @Column(name = "new_rate", insertable = false, updatable = false)
    private @Nullable BigDecimal newRate;

    @Column(name = "granted", insertable = false, updatable = false, nullable = false)
    private BigDecimal granted;

    @Column(name = "consumed", insertable = false, updatable = false, nullable = false)
    private BigDecimal consumed;

    @Column(name = "copied", insertable = false, updatable = false, nullable = false)
    private long copied;

    @Enumerated(EnumType.STRING)
    @Column(name = "actor_kind", insertable = false, updatable = false, nullable = false, length = 16)
    private Actor.Kind actorKind;

    @Column(name = "actor", insertable = false, updatable = false, nullable = false)
    private String actor;

    @Column(name = "logged_at", insertable = false, updatable = false, nullable = false)
    private OffsetDateTime loggedAt;

    @Column(name = "reason", insertable = false, updatable = false)
    private @Nullable String reason;

    @Column(name = "error", insertable = false, updatable = false)
    private @Nullable String error;

    @Column(name = "run_id", insertable = false, updatable = false)
    private @Nullable String runId;

    /** For the JPA provider, which fills the fields. */
    @SuppressWarnings("NullAway.Init")
    protected JournalLineEntity() {}

    /** The line's number, counted over all migrations of the user. */
    public int getLine() {
        return line;
    }

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

    /** What was done. */
    public JournalLine.Kind getKind() {
        return kind;
    }

    /** Where the user stands after it. */
    public MigrationStatus getStatus() {
        return status;
    }

    /** What brought it about. */
    public Trigger getCause() {
        return cause;
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

    /** What a grant added; zero otherwise. */
    public BigDecimal getGranted() {
        return Amounts.canonical(granted);
    }

    /** Free credits consumed in attempts that were rolled back. */
    public BigDecimal getConsumed() {
        return Amounts.canonical(consumed);
    }

    /** Operations in the credit history after it. */
    public long getCopied() {
        return copied;
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

    /** Why, in words; null where the built-in policy says it from the figures. */
    public @Nullable String getReason() {
        return reason;
    }

    /** Why it failed; null unless it failed. */
    public @Nullable String getError() {
        return error;
    }

    /** The run whose page wrote it; null where none did. */
    public @Nullable String getRunId() {
        return runId;
    }

    @PrePersist
    @PreRemove
    void refuse() {
        throw new UnsupportedOperationException("The journal is read only here");
    }
}
