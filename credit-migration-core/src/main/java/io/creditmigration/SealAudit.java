package io.creditmigration;

import io.creditmigration.Verification.Check;
import io.creditmigration.spi.AuditStore;
import io.creditmigration.spi.LogLine;
import io.creditmigration.spi.SealedLine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Seals beside what is in the log now, line by line. What is sealed while this looks is taken for unsealed. */
final class SealAudit {

    /**
     * A line that commits while the log is being sealed may be from before the seal and not in it, and clocks of nodes differ:
     * what is as close to the seal as this is not held to be added later.
     */
    private static final Duration IN_FLIGHT = Duration.ofMinutes(1);

    private static final int PAGE_LINES = 1_000;

    /** A seal as it is stored, and what its digest comes to from the digests that were kept of its lines. */
    private static final class Sealed {

        private final Seal seal;
        private final Sha256 digest;
        private long lines;

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
        LogLine.Key after = null;
        List<SealedLine> page;
        do {
            page = store.sealed(migration, after, PAGE_LINES);
            page.forEach(this::check);
            after = Keyset.after(page, SealedLine::key, after);
        } while (page.size() == PAGE_LINES);
        if (!unknownSeals.isEmpty()) {
            store.seals(migration).forEach(seal -> unknownSeals.remove(seal.number()));
            unknownSeals.forEach(number -> found("lines are kept of seal " + number + ", which is gone"));
        }
    }

    private void check(SealedLine kept) {
        Sealed sealed = seals.get(kept.seal());
        if (sealed == null) {
            unknownSeals.add(kept.seal());
            unsealedLines++;
            return;
        }
        Sealing.add(sealed.digest, kept.digest());
        sealed.lines++;
        LogLine line = kept.line();
        String user = kept.key().userId();
        String words = kept.key().kind() + " in attempt " + kept.key().attempt();
        Sealed before = seals.get(kept.seal() - 1);
        if (line == null) {
            findings.add(Check.SEALED_LINE_MISSING, user, words + " was in seal " + kept.seal() + " and is gone");
        } else if (!Sealing.digest(migration.id(), line).equals(kept.digest())) {
            findings.add(
                    Check.SEALED_LINE_ALTERED, user, words + " is not as in seal " + kept.seal() + ": it is " + line);
        } else if (before != null && isFromBefore(before.seal, line)) {
            foundAdded(before.seal, line);
        } else {
            sealedLines++;
        }
    }

    private void checkDigest(Sealed sealed) {
        Seal seal = sealed.seal;
        String again = sealed.digest.hex();
        if (!again.equals(seal.digest())) {
            found("seal " + seal.number() + " has the digest " + seal.digest() + " over " + seal.entries()
                    + " lines, the " + sealed.lines + " digests kept with it give " + again);
        }
    }

    private void checkUnsealed() {
        LogLine.Key after = null;
        List<LogLine> page;
        do {
            page = store.unsealed(migration, after, PAGE_LINES);
            for (LogLine line : page) {
                if (last != null && isFromBefore(last, line)) {
                    foundAdded(last, line);
                } else {
                    unsealedLines++;
                }
            }
            after = Keyset.after(page, LogLine::key, after);
        } while (page.size() == PAGE_LINES);
    }

    private void foundAdded(Seal seal, LogLine line) {
        findings.add(
                Check.SEALED_LINE_ADDED,
                line.userId(),
                line.kind() + " in attempt " + line.attempt() + " is of " + line.at() + ", before seal " + seal.number()
                        + ", which does not have it");
    }

    private void found(String what) {
        findings.add(Check.SEAL, null, what);
    }

    private static boolean isFromBefore(Seal seal, LogLine line) {
        return line.at().isBefore(seal.at().minus(IN_FLIGHT));
    }
}
