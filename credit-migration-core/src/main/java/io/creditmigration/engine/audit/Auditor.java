package io.creditmigration.engine.audit;

import io.creditmigration.Actor;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RollbackResult;
import io.creditmigration.Seal;
import io.creditmigration.Tally;
import io.creditmigration.Verification;
import io.creditmigration.Verification.Check;
import io.creditmigration.internal.Keyset;
import io.creditmigration.internal.Timestamps;
import io.creditmigration.spi.AuditStore;
import io.creditmigration.spi.Evidence;
import io.creditmigration.spi.JournalFigures;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.StoredRow;
import io.creditmigration.spi.Unrecorded;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
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
public final class Auditor {

    private static final Logger LOG = LoggerFactory.getLogger(Auditor.class);

    private static final int PAGE_USERS = 500;

    private final Migration migration;
    private final AuditStore store;
    private final Clock clock;

    public Auditor(Migration migration, AuditStore store, Clock clock) {
        this.migration = migration;
        this.store = store;
        this.clock = clock;
    }

    public Verification verify() {
        return new Pass().verification();
    }

    public Seal seal(Actor actor) {
        Seal seal = store.seal(migration, new Sealing(migration.id(), actor, now()));
        LOG.info(
                "Migration {}: seal {} over {} rows is {}",
                migration.id(),
                seal.number(),
                seal.entries(),
                seal.digest());
        return seal;
    }

    public List<Seal> seals() {
        return store.seals(migration);
    }

    /** The rates that a balance can have had. */
    private Set<BigDecimal> rates(List<StoredDefinition> definitions) {
        return Stream.concat(Stream.of(StoredDefinition.of(migration, "")), definitions.stream())
                .flatMap(definition ->
                        Stream.concat(definition.oldRates().stream(), Stream.ofNullable(definition.newRate())))
                .map(CreditRate::perCredit)
                .collect(Collectors.toSet());
    }

    private static BigDecimal count(Tally tally, Status status) {
        return BigDecimal.valueOf(tally.count(status));
    }

    private static String words(StoredDefinition definition) {
        return "'" + definition.fingerprint() + "' from rates " + definition.oldRates() + " to " + definition.newRate();
    }

    private Instant now() {
        return Timestamps.now(clock);
    }

    /** What one verification counts and sums up. */
    private final class Pass {

        private final Instant begun = now();
        private final Findings findings = new Findings();
        private final List<StoredDefinition> definitions = store.definitions();
        private final AuditedDefinition definition = AuditedDefinition.of(migration);
        private final UserAudit.Terms terms = new UserAudit.Terms(
                definition,
                new Conservation(definition, store.shape().balanceScale()),
                rates(definitions),
                store.shape().rates());
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
            checkDefinition();
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
                boolean exempt = some.exempt() && definition.converts();
                byHost += some.migrated() && !some.late() ? some.users() : 0;
                waiting += some.late() || exempt || some.migrated() ? 0 : some.users();
                if (some.late() && some.atOldRate() && definition.converts()) {
                    findings.add(
                            Check.OUT_OF_STEP,
                            null,
                            some.users() + " users registered at or after " + migration.newcomersFrom()
                                    + " are at a rate that nobody can have begun with");
                }
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
            figures.runs().forEach(this::check);
            for (StoredRow.Key stray : figures.strays()) {
                findings.add(
                        Check.LINES,
                        stray.name(),
                        "line " + stray.number() + " is of a migration of which no definition is stored");
            }
        }

        private void check(JournalFigures.Run run) {
            Tally ranges = run.tally();
            Tally lines = run.lines();
            check(run, "users MIGRATED", count(ranges, Status.MIGRATED), count(lines, Status.MIGRATED));
            // Who fails as before gets no further line.
            BigDecimal failed = count(lines, Status.FAILED);
            check(run, "users FAILED", count(ranges, Status.FAILED).min(failed), failed);
            check(
                    run,
                    "users ROLLED_BACK",
                    BigDecimal.valueOf(ranges.count(RollbackResult.Status.ROLLED_BACK)),
                    BigDecimal.valueOf(lines.count(RollbackResult.Status.ROLLED_BACK)));
            if (findings.has(Check.UNREADABLE)) {
                // What cannot be read is in no sum.
                return;
            }
            check(run, "credits before", ranges.creditsBefore(), lines.creditsBefore());
            check(run, "credits after", ranges.creditsAfter(), lines.creditsAfter());
            check(run, "credits granted", ranges.granted(), lines.granted());
            check(run, "credits withdrawn", ranges.withdrawn(), lines.withdrawn());
            check(run, "left over by rounding", ranges.residual(), lines.residual());
        }

        private void check(JournalFigures.Run run, String what, BigDecimal summed, BigDecimal found) {
            if (summed.compareTo(found) != 0) {
                findings.add(
                        Check.RUN_FIGURES,
                        null,
                        "the ranges of run " + run.id() + " say " + UserAudit.words(summed) + " " + what
                                + ", its lines in the journal say " + UserAudit.words(found));
            }
        }

        private void checkDefinition() {
            StoredDefinition mine = StoredDefinition.of(migration, "");
            for (StoredDefinition stored : definitions) {
                boolean same = stored.fingerprint().equals(mine.fingerprint())
                        && stored.oldRates().equals(mine.oldRates())
                        && Objects.equals(stored.newRate(), mine.newRate());
                if (stored.id().equals(mine.id()) && !same) {
                    findings.add(
                            Check.DEFINITION, null, "stored is " + words(stored) + ", the migration is " + words(mine));
                }
            }
        }

        private void sumHistory(Evidence user) {
            long entered = user.entries().stream()
                    .filter(entries -> entries.kind() == Evidence.Kind.OPERATION)
                    .mapToLong(Evidence.Entries::count)
                    .sum();
            operations += entered;
            if (user.holding() == null) {
                return;
            }
            long astray = user.strays().ofOthers()
                    + user.strays().unknown()
                    + user.strays().gone();
            goneOperations += astray;
            if (user.holding().operations() != null) {
                lateOperations += Math.max(0, user.holding().operations() - (entered - astray));
            }
        }
    }
}
