package io.creditmigration;

import io.creditmigration.spi.UserChange;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which notice a change speaks of. Pure; without notices wanted, none. */
final class Notices {

    private final Migration migration;
    private final boolean wanted;

    Notices(Migration migration, boolean wanted) {
        this.migration = migration;
        this.wanted = wanted;
    }

    /** The change with the notice that is to be queued with it. */
    UserChange with(UserChange change) {
        return wanted ? change.withNotice(notice(change)) : change;
    }

    private @Nullable Notice notice(UserChange change) {
        return switch (change.line().kind()) {
            case MIGRATED -> isSeen(change) ? of(NoticeKind.COMPLETE, change) : null;
            case ROLLED_BACK -> isSeen(change) || wasSeen(change) ? of(NoticeKind.ROLLED_BACK, change) : null;
            case FAILED -> migration.conversion().isPresent() && isNothing(creditsOf(change)) ? null : issue(change);
            case REOPENED, CAUGHT_UP, RECONCILED -> null;
        };
    }

    /** A conversion of nothing to nothing is nobody's news. */
    private static boolean isSeen(UserChange change) {
        return !isNothing(creditsOf(change)) || !isNothing(change.newCredits());
    }

    /** Whether the migration that is taken back was one to tell of. */
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

    /** What is announced to a user who would be migrated, or asked, now; null for everybody else. */
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

    /** Of a grant the figures are settled on its day; of a conversion everybody may know them before. */
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
