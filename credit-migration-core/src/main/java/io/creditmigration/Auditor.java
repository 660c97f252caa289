package io.creditmigration;

import io.creditmigration.JournalLine.Kind;
import io.creditmigration.Verification.Check;
import io.creditmigration.spi.AuditStore;
import io.creditmigration.spi.Evidence;
import io.creditmigration.spi.JournalFigures;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.Unrecorded;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads everything that a migration has kept, page by page, and says what is wrong; seals it. */
final class Auditor {

    private static final Logger LOG = LoggerFactory.getLogger(MigrationService.class);

    private static final int PAGE_USERS = 500;

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
        Seal seal = store.seal(migration, new Sealing(migration.id(), actor, now()));
        LOG.info(
                "Migration {}: seal {} over {} rows is {}",
                migration.id(),
                seal.number(),
                seal.entries(),
                seal.digest());
        return seal;
    }

    List<Seal> seals() {
        return store.seals(migration);
    }

    /** The rates that a balance can have had. */
    private static Set<BigDecimal> rates(List<StoredDefinition> definitions) {
        return definitions.stream()
                .flatMap(definition -> Stream.of(definition.oldRate(), definition.newRate()))
                .filter(Objects::nonNull)
                .map(CreditRate::perCredit)
                .collect(Collectors.toSet());
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** What one verification counts and sums up. */
    private final class Pass {

        private final Instant begun = now();
        private final Findings findings = new Findings();
        private final UserAudit.Terms terms = new UserAudit.Terms(
                migration, new Conservation(migration, store.balanceScale()), rates(store.definitions()));
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

        Verification verification() {
            String after = null;
            List<Evidence> page;
            do {
                page = store.evidence(migration, after, PAGE_USERS);
                page.forEach(this::check);
                after = Keyset.after(page, Evidence::userId, after);
            } while (page.size() == PAGE_USERS);
            check(store.figures(migration));
            SealAudit seals = new SealAudit(migration, store, findings);
            seals.check();
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
                            seals.sealedLines(),
                            seals.unsealedLines()));
        }

        private void check(Evidence user) {
            UserAudit audit = new UserAudit(terms, user, findings);
            audit.check();
            audit.balance().ifPresent(proved -> {
                balancesProved += proved ? 1 : 0;
                moved += proved ? 0 : 1;
            });
            audit.last()
                    .ifPresentOrElse(
                            last -> {
                                records.merge(last.status(), 1L, Long::sum);
                                gone += user.holding() == null ? 1 : 0;
                                if (last.status() == MigrationStatus.COMPLETED) {
                                    sum(audit.migrated());
                                }
                            },
                            () -> withoutRecord++);
            sumHistory(user);
        }

        private void sum(@Nullable AuditedLine line) {
            if (line == null) {
                return;
            }
            granted = granted.add(line.granted());
            if (line.oldCredits() != null
                    && line.newCredits() != null
                    && line.oldRate() != null
                    && line.newRate() != null) {
                worthBefore = worthBefore.add(line.oldCredits().multiply(line.oldRate()));
                worthAfter = worthAfter.add(line.newCredits().multiply(line.newRate()));
                residual = residual.add(line.residual());
            }
        }

        private void check(JournalFigures figures) {
            for (MigrationStatus status : MigrationStatus.values()) {
                long counted = figures.lastLines().getOrDefault(status, 0L);
                long total = figures.totals().count(status);
                if (counted != total) {
                    findings.add(
                            Check.TOTALS,
                            null,
                            "runs and single lines say " + total + " users " + status + ", the last lines say "
                                    + counted);
                }
            }
            for (JournalFigures.Run run : figures.runs()) {
                check(run, Kind.MIGRATED, run.tally().count(MigrationResult.Status.MIGRATED));
                check(run, Kind.FAILED, run.tally().count(MigrationResult.Status.FAILED));
                check(run, Kind.ROLLED_BACK, run.tally().count(RollbackResult.Status.ROLLED_BACK));
            }
        }

        private void check(JournalFigures.Run run, Kind kind, long summed) {
            if (run.count(kind) != summed) {
                findings.add(
                        Check.RUN_FIGURES,
                        null,
                        "the ranges of run " + run.id() + " say " + summed + " users " + kind + ", the journal has "
                                + run.count(kind) + " such lines of it");
            }
        }

        private void sumHistory(Evidence user) {
            long entered = user.entries().stream()
                    .filter(entries -> entries.kind() == Evidence.Kind.OPERATION)
                    .mapToLong(Evidence.Entries::count)
                    .sum();
            operations += entered;
            if (user.holding() != null && user.holding().operations() != null) {
                long astray = user.strays().ofOthers()
                        + user.strays().unknown()
                        + user.strays().gone();
                lateOperations += Math.max(0, user.holding().operations() - (entered - astray));
                goneOperations += astray;
            }
        }
    }
}
