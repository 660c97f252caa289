package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Actor;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.Rollout;
import io.creditmigration.RunOptions;
import io.creditmigration.Seal;
import io.creditmigration.Verification;
import io.creditmigration.Verification.Check;
import io.creditmigration.jdbc.SettledHost.Layout;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Seals, computed again by a {@link Stranger}, and broken by plain SQL. */
@Timeout(300)
final class SealedLogTest {

    private static final Actor OPERATOR = Actor.operator("olga, Đà Nẵng");

    /** What only seals find. */
    private static final Set<Check> SEALS =
            EnumSet.of(Check.SEAL, Check.SEALED_LINE_ALTERED, Check.SEALED_LINE_MISSING, Check.SEALED_LINE_ADDED);

    private static final Map<TestDatabase, Map<Layout, SettledHost>> HOSTS = new EnumMap<>(TestDatabase.class);

    @AfterAll
    static void close() {
        HOSTS.values().forEach(hosts -> hosts.values().forEach(SettledHost::close));
        HOSTS.clear();
    }

    static Stream<Arguments> hosts() {
        return Stream.of(TestDatabase.values())
                .flatMap(database -> Stream.of(Layout.values()).map(layout -> Arguments.of(database, layout)));
    }

    @ParameterizedTest
    @MethodSource("hosts")
    void anybody_can_compute_seals_again_from_the_tables(TestDatabase database, Layout layout) {
        SettledHost host = host(database, layout);
        host.add("B");
        host.add("ann,7:");
        host.add("zoë 日本");
        List.of("B", "ann,7:", "zoë 日本").forEach(host.migrations::migrate);
        // What later kinds of lines will have, and words that look like none at all.
        host.sql.run(
                "UPDATE credit_migration_journal SET hold = 'H', answer = 'N', unit = 2500, bonus = 0.50, attributes ="
                        + " '{\"plan\":\"Đà\"}', unit_at = at, reason = 'null', error = '' WHERE user_id = 'ann,7:'");
        Seal first = seal(host);
        host.migrations.rollback("B", OPERATOR, "asked for it:\n1,000 a day");
        host.add("after");
        host.migrations.run(RunOptions.defaults().withUsers(List.of("after")));
        Seal second = seal(host);
        Seal third = seal(host);

        Stranger stranger = new Stranger(host.sql, database);
        assertThat(second.previous()).isEqualTo(first.digest());
        assertThat(third).isEqualTo(second);
        for (Seal seal : List.of(first, second)) {
            Map<String, String> digests = stranger.digestsOfRows(layout.migration.id(), seal.number());
            assertThat(digests).isEqualTo(stranger.digestsKept(layout.migration.id(), seal.number()));
            assertThat(digests).hasSize((int) seal.entries());
            assertThat(stranger.digest(layout.migration.id(), seal.number())).isEqualTo(seal.digest());
        }
        assertThat(stranger.digestsOfRows(layout.migration.id(), 2)).hasSize(3); // a rollback, a migration, and its run
        assertThat(host.migrations.seals()).containsExactly(first, second);
    }

    /** Column of the journal, and another value of it. */
    private static Map<String, String> otherValues() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("at", "(SELECT cut_off FROM credit_migration_definition)");
        values.put("run", "2");
        values.put("attempt", "2");
        values.put("kind", "'U'");
        values.put("status", "'F'");
        values.put("cause", "'K'");
        values.put("old_credits", "50.000100000000000001");
        values.put("new_credits", "NULL");
        values.put("host_state", "'rate=1000'");
        values.put("figures_line", "1");
        values.put("granted", "0");
        values.put("consumed", "0");
        values.put("copied", "0");
        values.put("operations", "0");
        values.put("days", "0");
        values.put("old_rate", "1000");
        values.put("new_rate", "2500");
        values.put("actor_kind", "'O'");
        values.put("actor", "'migrate'");
        values.put("reason", "'null'");
        values.put("error", "''");
        values.put("hold", "'H'");
        values.put("answer", "'N'");
        values.put("unit", "1000");
        values.put("unit_at", "at");
        values.put("attributes", "'null'");
        values.put("bonus", "0");
        return values;
    }

    static Stream<Arguments> columns() {
        return Stream.of(TestDatabase.values())
                .flatMap(database -> otherValues().entrySet().stream()
                        .map(set -> Arguments.of(database, set.getKey(), set.getValue())));
    }

    @ParameterizedTest
    @MethodSource("columns")
    void a_line_is_altered_in_any_column(TestDatabase database, String column, String value) {
        SettledHost host = sealed(database);

        host.sql.run("UPDATE credit_migration_journal SET " + column + " = " + value + " WHERE user_id = 'single'");

        found(host, Check.SEALED_LINE_ALTERED, "single", "line 1 is not as in seal 1");
    }

    @ParameterizedTest
    @EnumSource
    void every_column_of_the_journal_is_sealed_but_the_mark_of_the_last(TestDatabase database) {
        SettledHost host = sealed(database);
        List<String> columns = List.of(host.columns("credit_migration_journal")
                .toLowerCase(Locale.ROOT)
                .split(", "));

        List<String> covered = new ArrayList<>(otherValues().keySet());
        covered.addAll(List.of("user_id", "migration", "line"));

        assertThat(columns).containsExactlyInAnyOrderElementsOf(with(covered, "is_last"));
        host.sql.run("UPDATE credit_migration_journal SET is_last = FALSE WHERE user_id = 'single'");
        assertThat(host.migrations.verify().found()).containsOnlyKeys(Check.LINES);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            DELETE FROM credit_migration_journal WHERE user_id = 'single'                                   | single
            DELETE FROM credit_migration_journal WHERE user_id = 'again' AND line = 4                        | again
            UPDATE credit_migration_journal SET user_id = 'eve' WHERE user_id = 'single'                     | single
            UPDATE credit_migration_journal SET line = 7 WHERE user_id = 'single'                            | single
            UPDATE credit_migration_journal SET migration = 99 WHERE user_id = 'single'                      | single
            """)
    void a_line_is_gone(String tampering, String user) {
        for (TestDatabase database : TestDatabase.values()) {
            SettledHost host = sealed(database);

            assertThat(host.sql.run(tampering)).isEqualTo(1);

            // A line that was moved elsewhere, and is older than the seal by a minute, is found there too.
            assertThat(host.migrations.verify().first(Check.SEALED_LINE_MISSING))
                    .singleElement()
                    .satisfies(offender -> {
                        assertThat(offender.userId()).isEqualTo(user);
                        assertThat(offender.what()).contains("was in seal 1 and is gone");
                    });
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            definition | fingerprint    | 'null'
            definition | follows        | 'null'
            definition | beside         | 'null'
            definition | row_filter     | 'null'
            definition | newcomers_from | (SELECT MIN(started_at) FROM credit_migration_run)
            definition | also_from      | '500'
            definition | cut_off        | (SELECT MIN(started_at) FROM credit_migration_run)
            definition | begins_at      | (SELECT MIN(started_at) FROM credit_migration_run)
            definition | old_rate       | NULL
            definition | new_rate       | 2500.000001
            run        | scope          | 'FAILED'
            run        | stage          | 5
            run        | users          | users + 1
            run        | opened_by_kind | 'USER'
            run        | opened_by      | 'eve'
            run        | opened_for     | 'null'
            run        | started_at     | resumed_at + INTERVAL '1' SECOND
            range      | outcomes       | 'MIGRATED=4 FAILED=1'
            range      | credits_before | credits_before + 1
            range      | credits_after  | credits_after + 1
            range      | granted        | granted + 1
            range      | withdrawn      | withdrawn + 1
            range      | residual       | residual + 1
            """)
    void definition_and_runs_are_sealed_too(String table, String column, String value) {
        for (TestDatabase database : TestDatabase.values()) {
            SettledHost host = sealed(database);
            boolean ofRun = !table.equals("definition");
            String where = table.equals("run")
                    ? " WHERE number = 1"
                    : table.equals("range")
                            ? " WHERE run_id = (SELECT id FROM credit_migration_run WHERE number = 1)"
                            : "";

            assertThat(host.sql.run("UPDATE credit_migration_" + table + " SET " + column + " = " + value + where))
                    .isEqualTo(1);

            found(
                    host,
                    Check.SEALED_LINE_ALTERED,
                    null,
                    (ofRun ? "run " + host.run.id() : "the definition") + " is not as in seal 1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_definition_or_a_run_is_gone(TestDatabase database) {
        SettledHost host = sealed(database);
        String run = "run " + host.run.id();
        host.sql.run("DELETE FROM credit_migration_run WHERE number = 1");
        Verification withoutRun = host.migrations.verify();
        assertThat(withoutRun.first(Check.SEALED_LINE_MISSING))
                .extracting(Verification.Offender::what)
                .containsExactly(run + " was in seal 1 and is gone");
        // Its lines do not say any more which run wrote them.
        assertThat(withoutRun.first(Check.SEALED_LINE_ALTERED))
                .extracting(Verification.Offender::userId)
                .containsExactly("run-a", "run-b", "run-back", "run-failed");

        host = sealed(database);
        host.sql.run("UPDATE credit_migration_run SET state = 'CANCELLED' WHERE number = 1");
        found(host, Check.SEALED_LINE_MISSING, null, run + " was in seal 1 and is gone");

        host = sealed(database);
        host.sql.run("DELETE FROM credit_migration_definition");
        Verification verification = host.migrations.verify();
        assertThat(verification.count(Check.SEALED_LINE_MISSING)).isEqualTo(20);
        assertThat(verification.first(Check.SEALED_LINE_MISSING).get(0).what())
                .isEqualTo("the definition was in seal 1 and is gone");
    }

    /** Nothing else in the tables would tell. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            UPDATE credit_migration_journal SET host_state = REPLACE(host_state, '0', '0&x=1') WHERE user_id = 'single'
            UPDATE credit_migration_journal SET cause = 'K', actor_kind = 'U', actor = 'single' WHERE user_id = 'single'
            UPDATE credit_migration_journal SET at = (SELECT MIN(at) FROM kept_credit_migration_journal) WHERE user_id = 'single'
            UPDATE credit_migration_journal SET error = 'none' WHERE user_id = 'failed'
            DELETE FROM credit_migration_journal WHERE user_id = 'single'
            """)
    void only_a_seal_tells(String tampering) {
        for (TestDatabase database : TestDatabase.values()) {
            SettledHost host = host(database, Layout.CONVERSION);
            assertThat(host.sql.run(tampering)).isEqualTo(1);
            assertThat(host.migrations.verify().found()).isEmpty();

            host = sealed(database);
            assertThat(host.sql.run(tampering)).isEqualTo(1);
            assertThat(host.migrations.verify().isClean()).isFalse();
            assertThat(SEALS).containsAll(host.migrations.verify().found().keySet());
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_comes_after_a_seal_is_an_addition(TestDatabase database) {
        SettledHost host = host(database, Layout.CONVERSION);
        for (int i = 0; i < 4; i++) {
            host.add("late-" + i);
        }
        MigrationRun open = host.migrations.runs().open(RunOptions.defaults().withPageSize(2));
        host.migrations.runs().step(open.id());
        Seal first = seal(host);
        MigrationRun finished = host.migrations.run(RunOptions.defaults());
        // Fails as before, which the journal says already.
        host.migrations.migrate("failed");
        host.migrations.rollout(host.migrations.rollout(), OPERATOR, "as it was");

        Verification verification = host.migrations.verify();

        assertThat(finished.id()).isEqualTo(open.id());
        assertThat(finished.count(MigrationResult.Status.MIGRATED)).isEqualTo(6);
        assertThat(verification.found()).isEmpty();
        assertThat(verification.figures().sealedLines() + verification.figures().unsealedLines())
                .isEqualTo(25);
        assertThat(verification.figures().unsealedLines()).isPositive();

        Seal second = seal(host);
        verification = host.migrations.verify();
        assertThat(verification.found()).isEmpty();
        assertThat(verification.figures().sealedLines()).isEqualTo(25);
        assertThat(verification.figures().unsealedLines()).isZero();
        // 25 lines, the definition, and three runs.
        assertThat(first.entries() + second.entries()).isEqualTo(29);
    }

    @ParameterizedTest
    @EnumSource
    void a_line_from_before_a_seal_that_does_not_have_it_was_added_even_if_it_is_sealed_later(TestDatabase database) {
        SettledHost host = sealed(database);
        host.sql.run(
                "INSERT INTO credit_migration_journal (at, migration, line, attempt, kind, status, cause, is_last, user_id,"
                        + " error) SELECT d.cut_off, j.migration, 1, 1, 'F', 'F', 'O', TRUE, 'eve', 'none' FROM"
                        + " credit_migration_journal j, credit_migration_definition d WHERE j.user_id = 'single'");

        found(host, Check.SEALED_LINE_ADDED, "eve", "before seal 1, which does not have it");
        seal(host);
        found(host, Check.SEALED_LINE_ADDED, "eve", "before seal 1, which does not have it");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            UPDATE credit_migration_seal SET digest = previous WHERE number = 2                                  | seal 2 has the digest
            UPDATE credit_migration_seal SET previous = digest WHERE number = 2                                  | seal 2 is chained to
            UPDATE credit_migration_seal SET actor = 'eve' WHERE number = 1                                      | seal 1 has the digest
            UPDATE credit_migration_seal SET actor_kind = 'USER' WHERE number = 1                                | seal 1 has the digest
            UPDATE credit_migration_seal SET sealed_at = sealed_at - INTERVAL '1' SECOND WHERE number = 1        | seal 1 has the digest
            DELETE FROM credit_migration_seal WHERE number = 2                                                   | rows are kept of seal 2, which is gone
            DELETE FROM credit_migration_seal WHERE number = 1                                                   | seal 2 follows none
            UPDATE credit_migration_sealed SET digest = (SELECT digest FROM credit_migration_seal WHERE number = 1) WHERE name = 'single' | seal 1 has the digest
            UPDATE credit_migration_sealed SET digest = (SELECT digest FROM credit_migration_seal WHERE number = 1) WHERE kind = 0        | seal 1 has the digest
            DELETE FROM credit_migration_sealed WHERE name = 'single'                                            | seal 1 has the digest
            DELETE FROM credit_migration_sealed WHERE kind = 0                                                   | seal 1 has the digest
            UPDATE credit_migration_sealed SET seal = 2 WHERE name = 'single'                                    | seal 1 has the digest
            """)
    void a_seal_was_tampered_with(String tampering, String words) {
        for (TestDatabase database : TestDatabase.values()) {
            SettledHost host = sealed(database);
            host.migrations.rollback("twin", OPERATOR, "asked for it");
            seal(host);
            assertThat(host.migrations.verify().found()).isEmpty();

            assertThat(host.sql.run(tampering)).isEqualTo(1);

            List<String> found = host.migrations.verify().first(Check.SEAL).stream()
                    .map(Verification.Offender::what)
                    .toList();
            assertThat(found)
                    .as("%s on %s", tampering, database)
                    .anySatisfy(what -> assertThat(what).startsWith(words));
        }
    }

    private static List<String> with(List<String> some, String one) {
        List<String> all = new ArrayList<>(some);
        all.add(one);
        return all;
    }

    private static void found(SettledHost host, Check check, @Nullable String user, String words) {
        Verification verification = host.migrations.verify();
        assertThat(verification.isClean()).isFalse();
        assertThat(verification.found().keySet().stream().filter(SEALS::contains))
                .containsExactly(check);
        assertThat(verification.first(check)).singleElement().satisfies(offender -> {
            assertThat(offender.userId()).isEqualTo(user);
            assertThat(offender.what()).contains(words);
        });
    }

    private static Seal seal(SettledHost host) {
        host.migrations.halt(OPERATOR, "to seal");
        Seal seal = host.migrations.seal(OPERATOR);
        host.migrations.rollout(Rollout.EVERYBODY, OPERATOR, "sealed");
        return seal;
    }

    /** A host of conversions whose lines, definition and two runs are in seal 1. */
    private static SettledHost sealed(TestDatabase database) {
        SettledHost host = host(database, Layout.CONVERSION);
        assertThat(seal(host).entries()).isEqualTo(22);
        assertThat(host.migrations.verify().found()).isEmpty();
        return host;
    }

    private static SettledHost host(TestDatabase database, Layout layout) {
        SettledHost host = HOSTS.computeIfAbsent(database, none -> new EnumMap<>(Layout.class))
                .computeIfAbsent(layout, none -> new SettledHost(database, layout));
        host.restore();
        return host;
    }
}
