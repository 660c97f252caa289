package io.creditmigration.testkit;

import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.Migration;
import io.creditmigration.MigrationLogEntry;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RollbackData;
import io.creditmigration.Rollout;
import io.creditmigration.UserMigration;
import io.creditmigration.spi.Evidence;
import io.creditmigration.spi.LogLine;
import io.creditmigration.spi.Unrecorded;
import io.creditmigration.spi.UserState;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
        return account.records.containsKey(migration.id())
                || account.log.stream().anyMatch(line -> line.migrationId().equals(migration.id()))
                || account.history.stream()
                        .anyMatch(entry -> entry.migrationId().equals(migration.id()));
    }

    Evidence evidence(Migration migration, Account account) {
        UserMigration record = account.records.get(migration.id());
        long others = account.history.stream()
                .filter(entry -> !entry.migrationId().equals(migration.id()))
                .filter(entry -> entry.kind() != HistoryEntry.Kind.OPERATION)
                .count();
        return new Evidence(
                account.userId,
                record == null ? null : recorded(record),
                lines(migration, account),
                entries(migration, account),
                others,
                account.deleted ? null : holding(migration, account));
    }

    List<Unrecorded> unrecorded(Migration migration, Collection<Account> accounts) {
        Map<List<Boolean>, Long> users = new LinkedHashMap<>();
        for (Account account : accounts) {
            if (!account.deleted && !account.records.containsKey(migration.id())) {
                UserState state = reader.state(migration, account, Rollout.EVERYBODY);
                boolean late = account.registeredAt != null && !account.registeredAt.isBefore(migration.cutOff());
                users.merge(List.of(late, account.exempt, state.flagged(), state.superseded()), 1L, Long::sum);
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

    static List<LogLine> lines(Migration migration, Account account) {
        return account.log.stream()
                .filter(line -> line.migrationId().equals(migration.id()))
                .map(line -> new LogLine(
                        account.userId,
                        line.attempt(),
                        line.kind().name(),
                        amount(line.oldCredits()),
                        amount(line.newCredits()),
                        perCredit(line.oldRate()),
                        perCredit(line.newRate()),
                        line.residual(),
                        line.actor().kind().name(),
                        line.actor().name(),
                        line.at(),
                        line.reason()))
                .toList();
    }

    private static Evidence.Recorded recorded(UserMigration record) {
        RollbackData data = record.rollbackData();
        return new Evidence.Recorded(
                record.status(),
                record.attempt(),
                record.creditsGranted().amount(),
                record.creditsConsumed().amount(),
                record.historicalOperations(),
                record.changedAt(),
                data == null ? null : amount(data.oldCredits()),
                data == null ? null : amount(data.newCredits()),
                data == null ? null : perCredit(data.oldRate()),
                data == null ? null : perCredit(data.newRate()),
                record.error());
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
        MigrationLogEntry.Kind of =
                kind == HistoryEntry.Kind.GRANT ? MigrationLogEntry.Kind.MIGRATED : MigrationLogEntry.Kind.ROLLED_BACK;
        return account.log.stream()
                .filter(line -> line.kind() == of && line.migrationId().equals(migration.id()))
                .map(MigrationLogEntry::attempt)
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
        UserMigration record = account.records.get(migration.id());
        boolean settled = record != null
                && (record.status() == MigrationStatus.COMPLETED || record.status() == MigrationStatus.ROLLED_BACK);
        boolean grants = migration.conversion().isEmpty();
        Instant migratedAt = account.log.stream()
                .filter(line -> line.migrationId().equals(migration.id()))
                .filter(line -> line.kind() == MigrationLogEntry.Kind.MIGRATED)
                .map(MigrationLogEntry::at)
                .max(Instant::compareTo)
                .orElse(Instant.MIN);
        return new Evidence.Holding(
                amount(account.credits),
                state.flagged(),
                state.superseded(),
                null,
                settled
                        ? Boolean.valueOf(!Objects.equals(account.writes, account.writesAtRecord.get(migration.id())))
                        : null,
                grants ? Long.valueOf(account.writes) : null,
                grants
                        ? Long.valueOf(account.operations.stream()
                                .filter(at -> at.isBefore(migratedAt))
                                .count())
                        : null);
    }

    private static @Nullable BigDecimal amount(@Nullable Credits credits) {
        return credits == null ? null : credits.amount();
    }

    private static @Nullable BigDecimal perCredit(@Nullable CreditRate rate) {
        return rate == null ? null : rate.perCredit();
    }
}
