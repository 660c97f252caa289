package io.creditmigration;

import io.creditmigration.spi.AuditStore;
import io.creditmigration.spi.Evidence;
import io.creditmigration.spi.LogLine;
import io.creditmigration.spi.Unrecorded;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads everything that a migration has kept, page by page, and says what is wrong; seals the log. */
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
                "Migration {}: seal {} over {} lines of the log is {}",
                migration.id(),
                seal.number(),
                seal.entries(),
                seal.digest());
        return seal;
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

        Verification verification() {
            String after = null;
            List<Evidence> page;
            do {
                page = store.evidence(migration, after, PAGE_USERS);
                page.forEach(this::check);
                after = Keyset.after(page, Evidence::userId, after);
            } while (page.size() == PAGE_USERS);
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
    }
}
