package io.creditmigration.engine.decide;

import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Notice;
import io.creditmigration.NoticeKind;
import io.creditmigration.Quote;
import io.creditmigration.RateConversion;
import io.creditmigration.RollbackData;
import io.creditmigration.Trigger;
import io.creditmigration.UserMigration;
import io.creditmigration.spi.UserChange;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which notice a change speaks of. Pure; without notices wanted, none. */
public final class ChangeNotices {

    private final Migration migration;
    private final boolean wanted;
    private final Duration failureDelay;

    public ChangeNotices(Migration migration, boolean wanted) {
        this(migration, wanted, Duration.ZERO);
    }

    /**
     * Notices of a migration, where they are wanted.
     *
     * @param failureDelay after which those of users who failed in a run are due
     */
    public ChangeNotices(Migration migration, boolean wanted, Duration failureDelay) {
        this.migration = migration;
        this.wanted = wanted;
        this.failureDelay = failureDelay;
    }

    /** The change with the notice that is to be queued with it. */
    UserChange with(UserChange change) {
        return wanted ? change.withNotice(notice(change), due(change)) : change;
    }

    /** Failures of a run wait: its pause holds their notices, and a retry that succeeds cancels them. */
    private Instant due(UserChange change) {
        JournalLine line = change.line();
        boolean waits = line.kind() == JournalLine.Kind.FAILED && line.trigger() == Trigger.RUN;
        return waits ? line.at().plus(failureDelay) : line.at();
    }

    private @Nullable Notice notice(UserChange change) {
        return switch (change.line().kind()) {
            case MIGRATED -> isSeen(change) || hadFailed(change) ? of(NoticeKind.COMPLETE, change) : null;
            case ROLLED_BACK -> isSeen(change) || wasSeen(change) ? of(NoticeKind.ROLLED_BACK, change) : null;
            case FAILED -> migration.conversion().isPresent() && isNothing(creditsOf(change)) ? null : issue(change);
            case REOPENED, CAUGHT_UP, RECONCILED -> null;
        };
    }

    /** No notice for 0 → 0. */
    private static boolean isSeen(UserChange change) {
        return !isNothing(creditsOf(change)) || !isNothing(change.newCredits());
    }

    /** Such a user may have been told of an issue. */
    private static boolean hadFailed(UserChange change) {
        UserMigration before = change.expected().record();
        return before != null && before.status() == MigrationStatus.FAILED;
    }

    /** Whether the user was told of the migration that is rolled back. */
    private static boolean wasSeen(UserChange change) {
        RollbackData data = Objects.requireNonNull(change.record().rollbackData(), "rollback data");
        return !isNothing(data.oldCredits()) || !isNothing(data.newCredits());
    }

    private static @Nullable Credits creditsOf(UserChange change) {
        return change.expected().user().credits();
    }

    private static boolean isNothing(@Nullable Credits credits) {
        return credits == null || credits.signum() == 0;
    }

    private Notice of(NoticeKind kind, UserChange change) {
        JournalLine line = change.line();
        return new Notice(
                line.migrationId(),
                line.userId(),
                line.attempt(),
                kind,
                line.oldCredits(),
                line.newCredits(),
                line.oldRate(),
                line.newRate(),
                line.at());
    }

    private Notice issue(UserChange change) {
        JournalLine line = change.line();
        return new Notice(
                line.migrationId(),
                line.userId(),
                line.attempt(),
                NoticeKind.ISSUE,
                null,
                null,
                null,
                migration.conversion().map(RateConversion::newRate).orElse(null),
                line.at());
    }

    /** The announcement for a user who would be migrated or asked now; null otherwise. */
    @Nullable
    Notice announcement(Decision<MigrationResult> decision) {
        if (decision instanceof Decision.Write<MigrationResult> write) {
            UserChange change = write.change();
            return change.kind() != UserChange.Kind.MIGRATE || !isSeen(change)
                    ? null
                    : announced(of(NoticeKind.PRE_ANNOUNCEMENT, change));
        }
        Quote quote = ((Decision.Answer<MigrationResult>) decision).result().quote();
        return quote == null
                ? null
                : announced(new Notice(
                        quote.migrationId(),
                        quote.userId(),
                        quote.attempt(),
                        NoticeKind.PRE_ANNOUNCEMENT,
                        quote.oldCredits(),
                        quote.newCredits(),
                        quote.oldRate(),
                        quote.newRate(),
                        quote.takenAt()));
    }

    /** Of a grant the figures are settled on its day; of a conversion everyone may know them before. */
    private Notice announced(Notice now) {
        boolean converts = now.isOfConversion();
        return new Notice(
                now.migrationId(),
                now.userId(),
                now.attempt(),
                now.kind(),
                converts ? now.oldCredits() : null,
                converts ? now.newCredits() : null,
                now.oldRate(),
                now.newRate(),
                migration.beginsAt());
    }
}
