package io.creditmigration.testkit;

import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RollbackData;
import io.creditmigration.Rollout;
import io.creditmigration.Usage;
import io.creditmigration.UsageWindow;
import io.creditmigration.UserMigration;
import io.creditmigration.UserSnapshot;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.UnitLine;
import io.creditmigration.spi.UserState;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the store in memory answers of one account: the query behind {@code find}, {@code scan} and {@code page}. */
final class AccountReader {

    private final ChainBook chain;

    AccountReader(ChainBook chain) {
        this.chain = chain;
    }

    /** The state without what only sweeps count. */
    UserState state(Migration migration, Account account, Rollout rollout) {
        return state(migration, account, rollout, /* lateOperations= */ 0);
    }

    UserState state(Migration migration, Account account, Rollout rollout, long lateOperations) {
        UserSnapshot user = new UserSnapshot(
                account.userId,
                account.credits,
                account.reserved,
                account.rate,
                account.registeredAt,
                account.exempt,
                usage(migration.usageWindow(), account));
        return new UserState(
                user,
                account.lastNumber(),
                account.record(migration.id()),
                lateOperations,
                flagged(migration, account),
                unitLine(account),
                hostState(migration, account),
                chain.registration(migration, rollout),
                bought(migration, account),
                null);
    }

    /** Whether the marker says that the user is migrated; null where it speaks of another migration. */
    private static @Nullable Boolean flagged(Migration migration, Account account) {
        if (account.marker == null) {
            return Boolean.FALSE;
        }
        boolean ours =
                Account.HOST_FLAG.equals(account.marker) || migration.id().equals(account.marker);
        return ours ? Boolean.TRUE : null;
    }

    /** The last line that left the balance in a unit, of any conversion. */
    @Nullable
    UnitLine unitLine(Account account) {
        for (int i = account.journal.size() - 1; i >= 0; i--) {
            JournalLine line = account.journal.get(i).line();
            StoredDefinition definition = chain.find(line.migrationId());
            boolean leaves = switch (line.kind()) {
                case MIGRATED, ROLLED_BACK, RECONCILED -> true;
                case FAILED, REOPENED, CAUGHT_UP -> false;
            };
            if (leaves && definition != null && definition.newRate() != null) {
                boolean isNew = line.status() == MigrationStatus.COMPLETED;
                CreditRate usual = isNew ? definition.newRate() : definition.oldRate();
                return new UnitLine(
                        line.migrationId(),
                        line.number(),
                        line.newRate() == null ? usual : line.newRate(),
                        isNew,
                        line.at());
            }
        }
        return null;
    }

    /** How many operations of a COMPLETED user came too late to be copied; conversions copy none. */
    static long lateOperations(Migration migration, Account account) {
        return migration.conversion().isPresent() ? 0 : account.lateOperations(migration.id());
    }

    /** Nothing where nobody has written the balance since the migration, otherwise what purchases have grown by. */
    private static @Nullable Credits bought(Migration migration, Account account) {
        UserMigration record = account.record(migration.id());
        RollbackData data = record == null ? null : record.rollbackData();
        StoredLine migrated = account.migrated(migration.id());
        if (data == null || migrated == null || migration.conversion().isPresent()) {
            return null;
        }
        if (account.writes == migrated.writes() && data.newCredits().equals(account.credits)) {
            return Credits.ZERO;
        }
        String before = data.hostState().split("\\|", -1)[2];
        return account.bought == null
                ? null
                : account.bought.minus(before.isEmpty() ? Credits.ZERO : Credits.of(before));
    }

    /** Marker and captured columns as text: {@code marker|rate} for conversions, {@code marker|rate limit|bought} for grants. */
    static String hostState(Migration migration, Account account) {
        String marker = account.marker == null ? "" : account.marker;
        String rateLimit = account.rateLimit == null ? "" : account.rateLimit.toString();
        String bought = account.bought == null ? "" : account.bought.toString();
        String rate = account.rate == null ? "" : account.rate.toString();
        return migration.conversion().isPresent() ? marker + "|" + rate : marker + "|" + rateLimit + "|" + bought;
    }

    private static Usage usage(UsageWindow window, Account account) {
        List<Instant> inWindow = account.operations.stream()
                .filter(at -> !at.isBefore(window.from()) && at.isBefore(window.to()))
                .toList();
        long mostInOneHour = inWindow.stream()
                .collect(Collectors.groupingBy(at -> at.truncatedTo(ChronoUnit.HOURS), Collectors.counting()))
                .values()
                .stream()
                .max(Comparator.naturalOrder())
                .orElse(0L);
        return window.usage(account.registeredAt, inWindow.size(), mostInOneHour, account.operations.size());
    }
}
