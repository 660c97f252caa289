package io.creditmigration;

import io.creditmigration.Verification.Check;
import io.creditmigration.spi.AuditStore;
import io.creditmigration.spi.Evidence;
import io.creditmigration.spi.LogLine;
import io.creditmigration.spi.SealedLine;
import io.creditmigration.spi.Unrecorded;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads everything that a migration has kept, page by page, and says what is wrong; seals the log. */
final class Auditor {

    /**
     * A line that commits while the log is being sealed may be from before the seal and not in it, and clocks of nodes differ:
     * what is as close to the seal as this is not held to be added later.
     */
    static final Duration IN_FLIGHT = Duration.ofMinutes(1);

    private static final int PAGE_USERS = 500;
    private static final int PAGE_LINES = 1_000;

    private final Migration migration;
    private final AuditStore store;
    private final Clock clock;

    Auditor(Migration migration, AuditStore store, Clock clock) {
        this.migration = migration;
        this.store = store;
        this.clock = clock;
    }

    Verification verify() {
        return new Pass().verification();
    }

    Seal seal(Actor actor) {
        return store.seal(migration, new Sealing(migration.id(), actor, now()));
    }

    List<Seal> seals() {
        return store.seals(migration);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** What one verification counts and sums up. */
    private final class Pass {

        private final Instant begun = now();
        private final Findings findings = new Findings();
        private final Map<MigrationStatus, Long> records = new EnumMap<>(MigrationStatus.class);
        private long withoutRecord;
        private long gone;
        private long balancesProved;
        private long moved;
        private BigDecimal worthBefore = BigDecimal.ZERO;
        private BigDecimal worthAfter = BigDecimal.ZERO;
        private BigDecimal residual = BigDecimal.ZERO;
        private BigDecimal granted = BigDecimal.ZERO;
        private long operations;
        private long lateOperations;
        private long goneOperations;
        private long sealedLines;
        private long unsealedLines;

        Verification verification() {
            String after = null;
            List<Evidence> page;
            do {
                page = store.evidence(migration, after, PAGE_USERS);
                page.forEach(this::check);
                after = page.isEmpty() ? after : page.get(page.size() - 1).userId();
            } while (page.size() == PAGE_USERS);
            Seals seals = new Seals(store.seals(migration));
            seals.checkSealed();
            seals.checkUnsealed();
            long waiting = 0;
            long byHost = 0;
            for (Unrecorded some : store.unrecorded(migration)) {
                boolean exempt = some.exempt() && migration.conversion().isPresent();
                byHost += some.flagged() ? some.users() : 0;
                waiting += some.late() || exempt || some.flagged() || some.superseded() ? 0 : some.users();
            }
            return new Verification(
                    begun,
                    findings.found(),
                    new Verification.Users(records, withoutRecord, waiting, byHost, gone),
                    new Verification.Figures(
                            balancesProved,
                            moved,
                            worthBefore,
                            worthAfter,
                            residual,
                            granted,
                            operations,
                            lateOperations,
                            goneOperations,
                            sealedLines,
                            unsealedLines));
        }

        private void check(Evidence user) {
            UserAudit audit = new UserAudit(migration, user, findings);
            audit.check();
            audit.balance().ifPresent(proved -> {
                balancesProved += proved ? 1 : 0;
                moved += proved ? 0 : 1;
            });
            Evidence.Recorded record = user.record();
            if (record == null) {
                withoutRecord++;
            } else {
                records.merge(record.status(), 1L, Long::sum);
                gone += user.holding() == null ? 1 : 0;
            }
            if (record != null && record.status() == MigrationStatus.COMPLETED) {
                granted = granted.add(record.granted());
                sum(audit.migrated());
            }
            sumHistory(user);
        }

        private void sum(@Nullable LogLine line) {
            if (line != null
                    && line.oldCredits() != null
                    && line.newCredits() != null
                    && line.oldRate() != null
                    && line.newRate() != null) {
                worthBefore = worthBefore.add(line.oldCredits().multiply(line.oldRate()));
                worthAfter = worthAfter.add(line.newCredits().multiply(line.newRate()));
                residual = residual.add(line.residual());
            }
        }

        private void sumHistory(Evidence user) {
            long entered = user.entries().stream()
                    .filter(entries -> entries.kind() == Evidence.Kind.OPERATION)
                    .mapToLong(Evidence.Entries::count)
                    .sum();
            operations += entered;
            if (user.holding() != null && user.holding().operations() != null) {
                long made = user.holding().operations();
                lateOperations += Math.max(0, made - entered);
                goneOperations += Math.max(0, entered - made);
            }
        }

        /** Seals beside what is in the log now. What is sealed while this looks is taken for unsealed. */
        private final class Seals {

            private final Map<Integer, Seal> seals = new TreeMap<>();
            private final Map<Integer, Sha256> digests = new TreeMap<>();
            private final Map<Integer, Long> entries = new TreeMap<>();
            private @Nullable Seal last;

            Seals(List<Seal> stored) {
                for (Seal seal : stored) {
                    if (last == null ? seal.number() != 1 : seal.number() != last.number() + 1) {
                        findings.add(
                                Check.SEAL,
                                null,
                                "seal " + seal.number() + " follows "
                                        + (last == null ? "none" : "seal " + last.number()));
                    } else if (last != null && !last.digest().equals(seal.previous())) {
                        findings.add(
                                Check.SEAL,
                                null,
                                "seal " + seal.number() + " is chained to " + seal.previous() + ", seal "
                                        + last.number() + " has " + last.digest());
                    }
                    seals.put(seal.number(), seal);
                    digests.put(seal.number(), Sealing.again(migration.id(), seal));
                    last = seal;
                }
            }

            void checkSealed() {
                LogLine.Key after = null;
                List<SealedLine> page;
                do {
                    page = last == null ? List.of() : store.sealed(migration, after, PAGE_LINES);
                    page.forEach(this::check);
                    after = page.isEmpty() ? after : page.get(page.size() - 1).key();
                } while (page.size() == PAGE_LINES);
                seals.forEach((number, seal) -> {
                    Sha256 digest = digests.get(number);
                    String again = digest == null ? "" : digest.hex();
                    if (!again.equals(seal.digest())) {
                        findings.add(
                                Check.SEAL,
                                null,
                                "seal " + number + " has the digest " + seal.digest() + " over " + seal.entries()
                                        + " lines, the " + entries.getOrDefault(number, 0L)
                                        + " digests kept with it give " + again);
                    }
                });
            }

            private void check(SealedLine sealed) {
                Sha256 digest = digests.get(sealed.seal());
                if (digest == null) {
                    if (last != null && sealed.seal() < last.number()) {
                        findings.add(Check.SEAL, null, "there is no seal " + sealed.seal() + " to " + sealed.key());
                    } else {
                        unsealedLines++;
                    }
                    return;
                }
                Sealing.add(digest, sealed.digest());
                entries.merge(sealed.seal(), 1L, Long::sum);
                LogLine line = sealed.line();
                String words =
                        sealed.key().kind() + " in attempt " + sealed.key().attempt();
                if (line == null) {
                    findings.add(
                            Check.SEALED_LINE_MISSING,
                            sealed.key().userId(),
                            words + " was in seal " + sealed.seal() + " and is gone");
                } else if (!Sealing.digest(migration.id(), line).equals(sealed.digest())) {
                    findings.add(
                            Check.SEALED_LINE_ALTERED,
                            sealed.key().userId(),
                            words + " is not as in seal " + sealed.seal() + ": it is " + line);
                } else if (isFromBefore(seals.get(sealed.seal() - 1), line)) {
                    findings.add(Check.SEALED_LINE_ADDED, line.userId(), added(words, line, sealed.seal() - 1));
                } else {
                    sealedLines++;
                }
            }

            void checkUnsealed() {
                LogLine.Key after = null;
                List<LogLine> page;
                do {
                    page = store.unsealed(migration, after, PAGE_LINES);
                    for (LogLine line : page) {
                        if (last != null && isFromBefore(last, line)) {
                            String words = line.kind() + " in attempt " + line.attempt();
                            findings.add(Check.SEALED_LINE_ADDED, line.userId(), added(words, line, last.number()));
                        } else {
                            unsealedLines++;
                        }
                    }
                    after = page.isEmpty() ? after : page.get(page.size() - 1).key();
                } while (page.size() == PAGE_LINES);
            }

            private static String added(String words, LogLine line, int seal) {
                return words + " is of " + line.at() + ", before seal " + seal + ", which does not have it";
            }

            private static boolean isFromBefore(@Nullable Seal seal, LogLine line) {
                return seal != null && line.at().isBefore(seal.at().minus(IN_FLIGHT));
            }
        }
    }
}
