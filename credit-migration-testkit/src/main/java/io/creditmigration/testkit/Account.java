package io.creditmigration.testkit;

import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.MigrationStatus;
import io.creditmigration.UserMigration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * All that the store in memory keeps of one user: the host's columns, then the library's rows. A transaction works on a copy
 * and puts it in place of the original at its end, so a change is never seen half done.
 */
final class Account {

    /** The marker of users whom the host flagged itself. */
    static final String HOST_FLAG = "*";

    final String userId;

    @Nullable
    Credits credits;

    /** What the user has bought in all; null where the host's purchases are not known. */
    @Nullable
    Credits bought;

    /** How often the balance was written, by whomever. */
    int writes;

    final Credits refCredits;
    final Credits reserved;

    @Nullable
    Instant registeredAt;

    final boolean exempt;

    /** The rate of the balance; null where it is not known, or rows name none. */
    @Nullable
    CreditRate rate;

    @Nullable
    String marker;

    @Nullable
    Integer rateLimit;

    boolean deleted;
    final List<Instant> operations;

    final List<HistoryEntry> history;
    /** By migration, the places in {@link #operations} of those that have an entry in the history. */
    final Map<String, Set<Integer>> operationsCopied = new TreeMap<>();

    /** All lines of all migrations; the one with the number 1 comes first. */
    final List<StoredLine> journal;

    /** By their ids. */
    final Map<String, StoredNotice> notices = new TreeMap<>();

    Account(SeedUser seed) {
        this.userId = seed.userId();
        this.credits = seed.credits();
        this.refCredits = seed.refCredits();
        this.reserved = seed.reserved();
        this.registeredAt = seed.registeredAt();
        this.exempt = seed.isExempt();
        this.rate = seed.rate();
        this.marker = seed.isFlagged() ? HOST_FLAG : null;
        this.rateLimit = seed.rateLimit();
        this.operations = new ArrayList<>(seed.operations());
        this.history = new ArrayList<>();
        this.journal = new ArrayList<>();
    }

    private Account(Account other) {
        this.userId = other.userId;
        this.credits = other.credits;
        this.bought = other.bought;
        this.writes = other.writes;
        this.refCredits = other.refCredits;
        this.reserved = other.reserved;
        this.registeredAt = other.registeredAt;
        this.exempt = other.exempt;
        this.rate = other.rate;
        this.marker = other.marker;
        this.rateLimit = other.rateLimit;
        this.deleted = other.deleted;
        this.operations = new ArrayList<>(other.operations);
        this.history = new ArrayList<>(other.history);
        other.operationsCopied.forEach((id, places) -> operationsCopied.put(id, new HashSet<>(places)));
        this.journal = new ArrayList<>(other.journal);
        this.notices.putAll(other.notices);
    }

    /** What the library has of a user who was deleted stays, under the id. */
    void inherit(Account before) {
        history.addAll(before.history);
        operationsCopied.putAll(before.operationsCopied);
        journal.addAll(before.journal);
        notices.putAll(before.notices);
        writes = before.writes + 1;
    }

    Account copy() {
        return new Account(this);
    }

    /** The number of the last line of all migrations; 0 where there is none. */
    int lastNumber() {
        return journal.isEmpty() ? 0 : journal.get(journal.size() - 1).line().number();
    }

    /** The lines of this migration, oldest first. */
    List<StoredLine> lines(String migrationId) {
        return journal.stream().filter(stored -> stored.isOf(migrationId)).toList();
    }

    /** The last line of this migration; null where there is none. */
    @Nullable
    StoredLine last(String migrationId) {
        List<StoredLine> lines = lines(migrationId);
        return lines.isEmpty() ? null : lines.get(lines.size() - 1);
    }

    /** The MIGRATED line that the last line of this migration names; null where there is none. */
    @Nullable
    StoredLine migrated(String migrationId) {
        StoredLine last = last(migrationId);
        return last == null
                ? null
                : journal.stream()
                        .filter(stored ->
                                stored.line().number() == last.line().standing().figuresLine())
                        .findFirst()
                        .orElse(null);
    }

    /** Where the user stands in this migration; null where there is no line. */
    @Nullable
    UserMigration record(String migrationId) {
        StoredLine last = last(migrationId);
        StoredLine migrated = migrated(migrationId);
        return last == null ? null : UserMigration.of(last.line(), migrated == null ? null : migrated.line());
    }

    /** Where the user stands in each migration that has a line. */
    List<UserMigration> records() {
        return journal.stream()
                .map(stored -> stored.line().migrationId())
                .distinct()
                .map(this::record)
                .filter(Objects::nonNull)
                .toList();
    }

    /** How many operations were made before the user was migrated and are not in the history, of a COMPLETED grant. */
    long lateOperations(String migrationId) {
        StoredLine migrated = migrated(migrationId);
        UserMigration record = record(migrationId);
        if (migrated == null || record == null || record.status() != MigrationStatus.COMPLETED) {
            return 0;
        }
        Set<Integer> copied = operationsCopied.getOrDefault(migrationId, Set.of());
        Instant before = migrated.line().at();
        return IntStream.range(0, operations.size())
                .filter(place -> operations.get(place).isBefore(before) && !copied.contains(place))
                .count();
    }

    @Override
    public String toString() {
        return userId + (deleted ? " (deleted)" : "") + ": credits=" + credits + " bought=" + bought + " ref="
                + refCredits + " reserved="
                + reserved + " rate=" + rate + " registered=" + registeredAt + " exempt=" + exempt + " marker=" + marker
                + " rateLimit="
                + rateLimit + " operations=" + operations + " history=" + history + " journal=" + journal
                + " notices=" + notices.values();
    }
}
