package io.creditmigration.testkit;

import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RateConversion;
import io.creditmigration.Rollout;
import io.creditmigration.UserMigration;
import io.creditmigration.spi.Evidence;
import io.creditmigration.spi.StoredRow;
import io.creditmigration.spi.Unrecorded;
import io.creditmigration.spi.UserState;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the store in memory lays open of one account. */
final class AccountAudit {

    private final AccountReader reader;

    AccountAudit(AccountReader reader) {
        this.reader = reader;
    }

    /** Whether the migration has kept anything of this account. */
    static boolean isKept(Migration migration, Account account) {
        return account.last(migration.id()) != null
                || account.history.stream()
                        .anyMatch(entry -> entry.migrationId().equals(migration.id()));
    }

    Evidence evidence(Migration migration, Account account) {
        StoredLine last = account.last(migration.id());
        long others = account.history.stream()
                .filter(entry -> !entry.migrationId().equals(migration.id()))
                .filter(entry -> entry.kind() != HistoryEntry.Kind.OPERATION)
                .count();
        return new Evidence(
                account.userId,
                lines(migration, account),
                new Evidence.Numbers(
                        account.journal.size(),
                        account.lastNumber(),
                        last == null ? List.of() : List.of(last.line().number())),
                entries(migration, account),
                others,
                Evidence.Strays.NONE,
                account.deleted ? null : holding(migration, account));
    }

    List<Unrecorded> unrecorded(Migration migration, Collection<Account> accounts) {
        Map<List<Boolean>, Long> users = new LinkedHashMap<>();
        for (Account account : accounts) {
            if (!account.deleted && account.last(migration.id()) == null) {
                UserState state = reader.state(migration, account, Rollout.EVERYBODY);
                boolean late =
                        account.registeredAt != null && !account.registeredAt.isBefore(migration.newcomersFrom());
                RateConversion conversion = migration.conversion().orElse(null);
                boolean atOldRate = conversion != null
                        && account.rate != null
                        && conversion.oldRates().contains(account.rate);
                boolean atNewRate = conversion != null && conversion.newRate().equals(account.rate);
                boolean isRated = account.rate != null && conversion != null;
                boolean migrated = isRated ? atNewRate : Boolean.TRUE.equals(state.flagged());
                users.merge(List.of(late, account.exempt, migrated, atOldRate), 1L, Long::sum);
            }
        }
        return users.entrySet().stream()
                .map(some -> new Unrecorded(
                        some.getKey().get(0),
                        some.getKey().get(1),
                        some.getKey().get(2),
                        some.getKey().get(3),
                        some.getValue()))
                .toList();
    }

    static List<StoredRow> lines(Migration migration, Account account) {
        return account.lines(migration.id()).stream()
                .map(stored -> StoredRows.row(migration, stored))
                .toList();
    }

    /** The n-th grant is of the n-th attempt that migrated, the n-th reversal of the n-th that was taken back. */
    private static List<Evidence.Entries> entries(Migration migration, Account account) {
        List<Evidence.Entries> all = new ArrayList<>();
        for (HistoryEntry.Kind kind : HistoryEntry.Kind.values()) {
            List<HistoryEntry> some = account.history.stream()
                    .filter(entry -> entry.kind() == kind && entry.migrationId().equals(migration.id()))
                    .toList();
            if (kind == HistoryEntry.Kind.OPERATION && !some.isEmpty()) {
                all.add(entries(
                        1,
                        some,
                        account.operationsCopied
                                .getOrDefault(migration.id(), Set.of())
                                .size()));
            } else if (kind != HistoryEntry.Kind.OPERATION) {
                List<Integer> attempts = attempts(migration, account, kind);
                for (int i = 0; i < some.size(); i++) {
                    all.add(entries(i < attempts.size() ? attempts.get(i) : 0, List.of(some.get(i)), 0));
                }
            }
        }
        return all;
    }

    private static List<Integer> attempts(Migration migration, Account account, HistoryEntry.Kind kind) {
        JournalLine.Kind of =
                kind == HistoryEntry.Kind.GRANT ? JournalLine.Kind.MIGRATED : JournalLine.Kind.ROLLED_BACK;
        return account.lines(migration.id()).stream()
                .map(StoredLine::line)
                .filter(line -> line.kind() == of)
                .map(JournalLine::attempt)
                .toList();
    }

    private static Evidence.Entries entries(int attempt, List<HistoryEntry> some, long operations) {
        return new Evidence.Entries(
                attempt,
                Evidence.Kind.valueOf(some.get(0).kind().name()),
                some.size(),
                operations,
                some.stream().map(entry -> entry.amount().amount()).reduce(BigDecimal.ZERO, BigDecimal::add),
                some.stream().map(HistoryEntry::at).min(Instant::compareTo).orElseThrow(),
                some.stream().map(HistoryEntry::at).max(Instant::compareTo).orElseThrow());
    }

    private Evidence.Holding holding(Migration migration, Account account) {
        UserState state = reader.state(migration, account, Rollout.EVERYBODY);
        boolean grants = migration.conversion().isEmpty();
        Instant migratedAt = account.lines(migration.id()).stream()
                .map(StoredLine::line)
                .filter(line -> line.kind() == JournalLine.Kind.MIGRATED)
                .map(JournalLine::at)
                .max(Instant::compareTo)
                .orElse(Instant.MIN);
        return new Evidence.Holding(
                account.credits == null ? null : account.credits.amount(),
                null,
                state.flagged(),
                reader.unitLine(account),
                account.rate == null ? null : account.rate.perCredit(),
                account.registeredAt,
                null,
                moved(migration, account),
                grants ? Long.valueOf(account.writes) : null,
                grants && isCaughtUp(account.record(migration.id()))
                        ? Long.valueOf(account.operations.stream()
                                .filter(at -> at.isBefore(migratedAt))
                                .count())
                        : null,
                grants ? changed(account, state.record()) : List.of());
    }

    /** Whether operations that came late are entered for this user. */
    private static boolean isCaughtUp(@Nullable UserMigration record) {
        return record != null && record.status() == MigrationStatus.COMPLETED && record.rollbackData() != null;
    }

    /** Whether the balance has been written since the line that wrote it last; operations that were copied since wrote none. */
    private static @Nullable Boolean moved(Migration migration, Account account) {
        UserMigration record = account.record(migration.id());
        StoredLine written = record == null
                ? null
                : switch (record.status()) {
                    case COMPLETED -> account.migrated(migration.id());
                    case ROLLED_BACK -> account.last(migration.id());
                    default -> null;
                };
        return written == null ? null : Boolean.valueOf(account.writes != written.writes());
    }

    /** A grant clears the rate limit, and sets nothing else that the host had. */
    private static List<String> changed(Account account, @Nullable UserMigration record) {
        boolean completed = record != null && record.status() == MigrationStatus.COMPLETED;
        return completed && account.rateLimit != null ? List.of("rate_limit is " + account.rateLimit) : List.of();
    }
}
