package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Actor;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RunOptions;
import io.creditmigration.Seal;
import io.creditmigration.Tally;
import io.creditmigration.Verification;
import io.creditmigration.Verification.Check;
import io.creditmigration.spi.Evidence;
import io.creditmigration.spi.JournalFigures;
import io.creditmigration.spi.SealedRow;
import io.creditmigration.spi.StoredRow;
import io.creditmigration.spi.Totals;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is found and named when somebody has been at the tables: one row at a time, and everything else goes on. */
final class TamperedJournalTest {

    private static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");
    private static final Actor OLGA = Actor.operator("olga");
    private static final Migration RATE_2500 = Migration.named("rate-2500")
            .cutOff(CUT_OFF)
            .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
            .consent(Consent.NONE)
            .build();

    private final SettableClock clock = SettableClock.at(CUT_OFF.plus(Duration.ofHours(1)));
    private final Tampered store = new Tampered(InMemoryMigrationStore.with(
            user("ann").credits("50"), user("bob").credits("30"), user("cem").credits("0")));
    private final MigrationService migrations =
            MigrationService.of(RATE_2500, store, MigrationOptions.defaults().withClock(clock));

    /** A store of which rows are read as somebody has left them. */
    private static final class Tampered extends DelegatingStore {

        private UnaryOperator<Evidence> evidence = UnaryOperator.identity();
        private UnaryOperator<JournalFigures> figures = UnaryOperator.identity();
        private UnaryOperator<SealedRow> sealed = UnaryOperator.identity();
        private UnaryOperator<List<Seal>> seals = UnaryOperator.identity();
        private List<StoredRow> added = List.of();

        Tampered(InMemoryMigrationStore store) {
            super(store);
        }

        @Override
        public List<Evidence> evidence(Migration migration, @Nullable String afterUserId, int limit) {
            return super.evidence(migration, afterUserId, limit).stream()
                    .map(evidence)
                    .toList();
        }

        @Override
        public Evidence evidence(Migration migration, String storedUserId) {
            return evidence.apply(super.evidence(migration, storedUserId));
        }

        @Override
        public JournalFigures figures(Migration migration) {
            return figures.apply(super.figures(migration));
        }

        @Override
        public List<Seal> seals(Migration migration) {
            return seals.apply(super.seals(migration));
        }

        @Override
        public List<SealedRow> sealed(Migration migration, StoredRow.@Nullable Key after, int limit) {
            return super.sealed(migration, after, limit).stream().map(sealed).toList();
        }

        @Override
        public List<StoredRow> unsealed(Migration migration, StoredRow.@Nullable Key after, int limit) {
            List<StoredRow> all = new ArrayList<>(super.unsealed(migration, after, limit));
            all.addAll(after == null ? added : List.of());
            return all;
        }
    }

    @ParameterizedTest(name = "{0} is {1}: {2}")
    @CsvSource({
        "new_credits, NaN,       UNREADABLE",
        "old_credits, Infinity,  UNREADABLE",
        "at,          infinity,  UNREADABLE",
        "status,      FAILED,    STANDING",
        "consumed,    5,         STANDING",
        "attempt,     2,         ATTEMPTS",
        "kind,        CAUGHT_UP, ATTEMPTS",
        "granted,     20,        AMOUNTS",
        "new_rate,    2000,      RATES",
        "old_rate,    2000,      RATES",
        "new_credits, 21,        CONSERVATION"
    })
    void a_line_that_was_altered_is_named_and_nobody_elses_is(String column, String value, Check check) {
        migrations.run();
        store.evidence = user -> user.userId().equals("bob") ? altered(user, column, value) : user;

        Verification verification = migrations.verify();

        assertThat(verification.isClean()).isFalse();
        assertThat(named(verification, check)).containsOnly("bob");
        assertThat(verification.found().values())
                .allSatisfy(found -> assertThat(found.first())
                        .allSatisfy(offender -> assertThat(offender.userId()).isEqualTo("bob")));
        assertThat(verification.users().count(MigrationStatus.COMPLETED)).isGreaterThanOrEqualTo(2);
        assertThat(migrations.metrics(verification, 0)).isNotNull();
        assertThat(migrations.story("bob").text()).contains("bob");
        assertThat(migrations.story("ann").text()).contains("Had 50 credits at 1000; migrated to 20 credits at 2500");
    }

    @Test
    void a_line_that_cannot_be_read_is_told_in_the_story() {
        migrations.run();
        store.evidence = user -> user.userId().equals("bob") ? altered(user, "new_credits", "NaN") : user;

        Verification verification = migrations.verify();

        assertThat(migrations.story("bob").text()).contains("Cannot be read: line 1: new_credits is NaN");
        assertThat(verification.found().keySet()).containsExactly(Check.UNREADABLE);
        assertThat(verification.users().withoutRecord()).isEqualTo(1);
        assertThat(verification.figures().balancesProved()).isEqualTo(2);
    }

    @Test
    void a_number_that_was_given_twice_or_left_out_is_named() {
        migrations.run();
        store.evidence = user -> user.userId().equals("cem")
                ? new Evidence(
                        user.userId(),
                        user.lines(),
                        new Evidence.Numbers(2, 1, List.of(1)),
                        user.entries(),
                        user.entriesOfOthers(),
                        user.strays(),
                        user.holding())
                : user;

        assertThat(named(migrations.verify(), Check.LINES)).containsExactly("cem");
    }

    @Test
    void entries_of_other_users_operations_are_named() {
        migrations.run();
        store.evidence = user -> user.userId().equals("cem")
                ? new Evidence(
                        user.userId(),
                        user.lines(),
                        user.numbers(),
                        user.entries(),
                        user.entriesOfOthers(),
                        new Evidence.Strays(1, 0, 0),
                        user.holding())
                : user;

        assertThat(named(migrations.verify(), Check.HISTORY)).containsExactly("cem");
    }

    @Test
    void a_run_whose_figures_are_not_those_of_its_lines_is_named() {
        migrations.run();
        store.figures = figures -> new JournalFigures(
                figures.totals(),
                figures.lastLines(),
                figures.runs().stream()
                        .map(run -> new JournalFigures.Run(run.id(), run.tally(), Tally.NOBODY))
                        .toList(),
                figures.strays());

        Verification verification = migrations.verify();

        assertThat(verification.found().keySet()).containsExactly(Check.RUN_FIGURES);
        assertThat(what(verification, Check.RUN_FIGURES))
                .first()
                .asString()
                .isEqualTo("the ranges of run run-1 say 3 users MIGRATED, its lines in the journal say 0");
    }

    @Test
    void a_run_that_says_less_than_its_lines_is_named() {
        migrations.run();
        store.figures = figures -> new JournalFigures(
                figures.totals(),
                figures.lastLines(),
                figures.runs().stream()
                        .map(run -> new JournalFigures.Run(run.id(), Tally.NOBODY, run.lines()))
                        .toList(),
                figures.strays());

        assertThat(migrations.verify().found().keySet()).containsExactly(Check.RUN_FIGURES);
    }

    @Test
    void counts_that_do_not_agree_are_named() {
        migrations.run();
        store.figures = figures -> new JournalFigures(
                new Totals(
                        Map.of(MigrationStatus.COMPLETED, 2L), figures.totals().granted()),
                figures.lastLines(),
                figures.runs(),
                figures.strays());

        Verification verification = migrations.verify();

        assertThat(verification.found().keySet()).containsExactly(Check.TOTALS);
        assertThat(what(verification, Check.TOTALS))
                .containsExactly("runs and single lines say 2 users COMPLETED, the last lines say 3");
    }

    @ParameterizedTest(name = "{1} of a {0} row: {3}")
    @CsvSource({
        "LINE,       new_credits, 21,    line 1 is not as in seal 1",
        "LINE,       reason,      null,  line 1 is not as in seal 1",
        "LINE,       copied,      ,      ''",
        "DEFINITION, new_rate,    2000,  the definition is not as in seal 1",
        "DEFINITION, cut_off,     ,      the definition is not as in seal 1",
        "RUN,        outcomes,    ,      run run-1 is not as in seal 1",
        "RUN,        scope,       x,     run run-1 is not as in seal 1"
    })
    void a_row_that_was_altered_after_its_seal_is_named(
            StoredRow.Kind kind, String column, @Nullable String value, String words) {
        sealed();
        store.sealed = row -> row.key().kind() == kind && !row.key().name().equals("ann")
                ? new SealedRow(row.seal(), row.key(), row.digest(), altered(row.row(), column, value))
                : row;

        Verification verification = migrations.verify();

        if (words.isEmpty()) {
            assertThat(verification.isClean()).as("nothing was altered").isTrue();
        } else {
            assertThat(verification.found().keySet()).containsExactly(Check.SEALED_LINE_ALTERED);
            assertThat(what(verification, Check.SEALED_LINE_ALTERED))
                    .isNotEmpty()
                    .allSatisfy(what -> assertThat(what).startsWith(words));
        }
    }

    @ParameterizedTest
    @CsvSource({"LINE", "DEFINITION", "RUN"})
    void a_row_that_is_gone_after_its_seal_is_named(StoredRow.Kind kind) {
        sealed();
        store.sealed = row -> row.key().kind() == kind ? new SealedRow(row.seal(), row.key(), row.digest(), null) : row;

        Verification verification = migrations.verify();

        assertThat(verification.found().keySet()).containsExactly(Check.SEALED_LINE_MISSING);
        assertThat(Objects.requireNonNull(verification.found().get(Check.SEALED_LINE_MISSING))
                        .count())
                .isEqualTo(kind == StoredRow.Kind.LINE ? 3 : 1);
    }

    @Test
    void a_line_from_before_a_seal_that_does_not_have_it_is_named() {
        sealed();
        store.added = List.of(new StoredRow(
                new StoredRow.Key(StoredRow.Kind.LINE, "bob", 2),
                Map.of("at", StoredRow.text(CUT_OFF.plusSeconds(5)), "kind", "ROLLED_BACK")));

        assertThat(named(migrations.verify(), Check.SEALED_LINE_ADDED)).containsExactly("bob");
    }

    @Test
    void a_run_that_finishes_after_a_seal_is_an_addition() {
        sealed();
        migrations.run();

        Verification verification = migrations.verify();
        Seal second = migrations.seal(OLGA);

        assertThat(verification.isClean()).isTrue();
        assertThat(second.number()).isEqualTo(2);
        assertThat(second.entries()).isEqualTo(1);
        assertThat(migrations.verify().isClean()).isTrue();
    }

    @Test
    void a_digest_that_was_altered_with_its_row_breaks_the_seal() {
        sealed();
        store.sealed = row ->
                row.key().name().equals("bob") ? new SealedRow(row.seal(), row.key(), "0".repeat(64), row.row()) : row;

        assertThat(migrations.verify().found().keySet())
                .containsExactlyInAnyOrder(Check.SEALED_LINE_ALTERED, Check.SEAL);
    }

    @Test
    void a_seal_that_is_gone_is_named() {
        sealed();
        migrations.rollback("ann", OLGA, "on request");
        migrations.seal(OLGA);
        store.seals = seals -> seals.subList(1, seals.size());

        assertThat(migrations.verify().found()).containsKey(Check.SEAL);
    }

    private void sealed() {
        migrations.run(RunOptions.defaults());
        clock.advance(Duration.ofDays(1));
        assertThat(migrations.seal(OLGA).entries()).isEqualTo(5);
        assertThat(migrations.verify().isClean()).isTrue();
    }

    private static List<String> named(Verification verification, Check check) {
        Verification.Found found = verification.found().get(check);
        return found == null
                ? List.of()
                : found.first().stream()
                        .map(offender -> String.valueOf(offender.userId()))
                        .toList();
    }

    private static List<String> what(Verification verification, Check check) {
        Verification.Found found = verification.found().get(check);
        return found == null
                ? List.of()
                : found.first().stream().map(Verification.Offender::what).toList();
    }

    private static Evidence altered(Evidence user, String column, String value) {
        return new Evidence(
                user.userId(),
                user.lines().stream().map(row -> altered(row, column, value)).toList(),
                user.numbers(),
                user.entries(),
                user.entriesOfOthers(),
                user.strays(),
                user.holding());
    }

    private static StoredRow altered(@Nullable StoredRow row, String column, @Nullable String value) {
        Map<String, String> columns =
                new LinkedHashMap<>(Objects.requireNonNull(row).columns());
        if (value == null) {
            columns.remove(column);
        } else {
            columns.put(column, value);
        }
        return new StoredRow(row.key(), columns);
    }
}
