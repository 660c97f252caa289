package io.creditmigration.engine.audit;

import io.creditmigration.Migration;
import io.creditmigration.Seal;
import io.creditmigration.Verification.Check;
import io.creditmigration.internal.Keyset;
import io.creditmigration.internal.Sha256;
import io.creditmigration.spi.AuditStore;
import io.creditmigration.spi.JournalColumn;
import io.creditmigration.spi.SealedRow;
import io.creditmigration.spi.StoredRow;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Seals beside what is stored now, row by row. What is sealed while this looks is taken for unsealed. */
final class SealAudit {

    /**
     * By how much the clocks of nodes may differ. Nothing is in flight when a seal is made, so that what it does not have was
     * written later; the time that such a line says is that of its node, which may be slow.
     */
    private static final Duration CLOCKS_DIFFER_MAX = Duration.ofMinutes(1);

    private static final int PAGE_ROWS = 1_000;

    /** A seal as it is stored, and what its digest comes to from the digests that were kept of its rows. */
    private static final class Sealed {

        private final Seal seal;
        private final Sha256 digest;
        private long rows;

        Sealed(String migrationId, Seal seal) {
            this.seal = seal;
            this.digest = Sealing.again(migrationId, seal);
        }
    }

    private final Migration migration;
    private final AuditStore store;
    private final Findings findings;
    private final Map<Integer, Sealed> seals = new TreeMap<>();
    private final Set<Integer> unknownSeals = new TreeSet<>();
    private @Nullable Seal last;
    private long sealedLines;
    private long unsealedLines;

    SealAudit(Migration migration, AuditStore store, Findings findings) {
        this.migration = migration;
        this.store = store;
        this.findings = findings;
    }

    void check() {
        store.seals(migration).forEach(this::checkChain);
        checkSealed();
        seals.values().forEach(this::checkDigest);
        checkUnsealed();
    }

    long sealedLines() {
        return sealedLines;
    }

    long unsealedLines() {
        return unsealedLines;
    }

    private void checkChain(Seal seal) {
        int expected = last == null ? 1 : last.number() + 1;
        if (seal.number() != expected) {
            found("seal " + seal.number() + " follows " + (last == null ? "none" : "seal " + last.number()));
        } else if (last != null && !last.digest().equals(seal.previous())) {
            found("seal " + seal.number() + " is chained to " + seal.previous() + ", seal " + last.number() + " has "
                    + last.digest());
        }
        seals.put(seal.number(), new Sealed(migration.id(), seal));
        last = seal;
    }

    private void checkSealed() {
        StoredRow.Key after = null;
        List<SealedRow> page;
        do {
            page = store.sealed(migration, after, PAGE_ROWS);
            page.forEach(this::check);
            after = Keyset.after(page, SealedRow::key, after);
        } while (page.size() == PAGE_ROWS);
        if (!unknownSeals.isEmpty()) {
            store.seals(migration).forEach(seal -> unknownSeals.remove(seal.number()));
            unknownSeals.forEach(number -> found("rows are kept of seal " + number + ", which is gone"));
        }
    }

    private void check(SealedRow kept) {
        Sealed sealed = seals.get(kept.seal());
        if (sealed == null) {
            unknownSeals.add(kept.seal());
            unsealedLines += isLine(kept.key()) ? 1 : 0;
            return;
        }
        Sealing.add(sealed.digest, kept.digest());
        sealed.rows++;
        StoredRow row = kept.row();
        Sealed before = seals.get(kept.seal() - 1);
        String words = words(kept.key());
        if (row == null) {
            findings.add(
                    Check.SEALED_LINE_MISSING,
                    user(kept.key()),
                    words + " was in seal " + kept.seal() + " and is gone");
        } else if (!Sealing.digest(migration.id(), row).equals(kept.digest())) {
            findings.add(
                    Check.SEALED_LINE_ALTERED,
                    user(kept.key()),
                    words + " is not as in seal " + kept.seal() + ": it is " + row.columns());
        } else if (before != null && isFromBefore(before.seal, row)) {
            foundAdded(before.seal, row);
        } else {
            sealedLines += isLine(kept.key()) ? 1 : 0;
        }
    }

    private void checkDigest(Sealed sealed) {
        Seal seal = sealed.seal;
        String again = sealed.digest.hex();
        if (!again.equals(seal.digest())) {
            found("seal " + seal.number() + " has the digest " + seal.digest() + " over " + seal.entries()
                    + " rows, the " + sealed.rows + " digests kept with it give " + again);
        }
    }

    private void checkUnsealed() {
        StoredRow.Key after = null;
        List<StoredRow> page;
        do {
            page = store.unsealed(migration, after, PAGE_ROWS);
            for (StoredRow row : page) {
                if (last != null && isFromBefore(last, row)) {
                    foundAdded(last, row);
                } else {
                    unsealedLines += isLine(row.key()) ? 1 : 0;
                }
            }
            after = Keyset.after(page, StoredRow::key, after);
        } while (page.size() == PAGE_ROWS);
    }

    private void foundAdded(Seal seal, StoredRow row) {
        findings.add(
                Check.SEALED_LINE_ADDED,
                user(row.key()),
                words(row.key()) + " is of " + row.get(JournalColumn.AT) + ", before seal " + seal.number()
                        + ", which does not have it");
    }

    private static boolean isLine(StoredRow.Key key) {
        return key.kind() == StoredRow.Kind.LINE;
    }

    private static @Nullable String user(StoredRow.Key key) {
        return isLine(key) ? key.name() : null;
    }

    private static String words(StoredRow.Key key) {
        return switch (key.kind()) {
            case LINE -> "line " + key.number();
            case RUN -> "run " + key.name();
            case DEFINITION -> "the definition";
        };
    }

    private void found(String what) {
        findings.add(Check.SEAL, null, what);
    }

    /** Of lines alone: a definition has no time, and a run that finishes later is an addition. */
    private static boolean isFromBefore(Seal seal, StoredRow row) {
        String at = row.get(JournalColumn.AT);
        try {
            return isLine(row.key())
                    && at != null
                    && Instant.parse(at).isBefore(seal.at().minus(CLOCKS_DIFFER_MAX));
        } catch (DateTimeParseException e) {
            return true;
        }
    }
}
