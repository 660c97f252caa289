package io.creditmigration.testkit;

import io.creditmigration.Credits;
import io.creditmigration.MigrationLogEntry;
import io.creditmigration.UserMigration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

    /** By migration, how often the balance had been written when the record was. */
    final Map<String, Integer> writesAtRecord = new TreeMap<>();

    /** By migration, the run whose page wrote the record last. */
    final Map<String, @Nullable String> runs = new TreeMap<>();

    final Credits refCredits;
    final Credits reserved;
    final @Nullable Instant registeredAt;
    final boolean exempt;

    @Nullable
    String marker;

    @Nullable
    Integer rateLimit;

    boolean deleted;
    final List<Instant> operations;

    final List<HistoryEntry> history;
    /** By migration, the places in {@link #operations} of those that have an entry in the history. */
    final Map<String, Set<Integer>> operationsCopied = new TreeMap<>();

    final Map<String, UserMigration> records;
    final List<MigrationLogEntry> log;

    /** By their ids. */
    final Map<String, StoredNotice> notices = new TreeMap<>();

    Account(SeedUser seed) {
        this.userId = seed.userId();
        this.credits = seed.credits();
        this.refCredits = seed.refCredits();
        this.reserved = seed.reserved();
        this.registeredAt = seed.registeredAt();
        this.exempt = seed.isExempt();
        this.marker = seed.isFlagged() ? HOST_FLAG : null;
        this.rateLimit = seed.rateLimit();
        this.operations = new ArrayList<>(seed.operations());
        this.history = new ArrayList<>();
        this.records = new TreeMap<>();
        this.log = new ArrayList<>();
    }

    private Account(Account other) {
        this.userId = other.userId;
        this.credits = other.credits;
        this.bought = other.bought;
        this.writes = other.writes;
        this.runs.putAll(other.runs);
        this.writesAtRecord.putAll(other.writesAtRecord);
        this.refCredits = other.refCredits;
        this.reserved = other.reserved;
        this.registeredAt = other.registeredAt;
        this.exempt = other.exempt;
        this.marker = other.marker;
        this.rateLimit = other.rateLimit;
        this.deleted = other.deleted;
        this.operations = new ArrayList<>(other.operations);
        this.history = new ArrayList<>(other.history);
        other.operationsCopied.forEach((id, places) -> operationsCopied.put(id, new HashSet<>(places)));
        this.records = new TreeMap<>(other.records);
        this.log = new ArrayList<>(other.log);
        this.notices.putAll(other.notices);
    }

    Account copy() {
        return new Account(this);
    }

    @Override
    public String toString() {
        return userId + (deleted ? " (deleted)" : "") + ": credits=" + credits + " bought=" + bought + " ref="
                + refCredits + " reserved="
                + reserved + " registered=" + registeredAt + " exempt=" + exempt + " marker=" + marker + " rateLimit="
                + rateLimit + " operations=" + operations + " history=" + history + " records=" + records.values()
                + " log=" + log + " notices=" + notices.values();
    }
}
