package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.creditmigration.Allocation;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Credits;
import io.creditmigration.InvalidValueException;
import io.creditmigration.JournalLine;
import io.creditmigration.JournalLine.Kind;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RollbackOptions;
import io.creditmigration.Rollout;
import io.creditmigration.Trigger;
import io.creditmigration.UserMigration;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import io.creditmigration.testkit.FaultyStore.Call;
import io.creditmigration.testkit.HostApplication.Setting;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the lines of the journal say and carry, who writes the next one, and operations that come late. */
abstract class JournalContract extends ContractGroup {

    private static final int RACES = 10;

    /** A grant that follows the usual one, and has not begun. */
    private static final Migration SECOND_GRANT = Migration.named("grant-2")
            .after(GRANT.id())
            .cutOff(CUT_OFF.plus(MONTH))
            .newcomersFrom(CUT_OFF.plus(MONTH))
            .beginsAt(Instant.parse("2100-01-01T00:00:00Z"))
            .policy(CreditPolicy.initialGrant())
            .build();

    JournalContract(MigrationStoreContract contract) {
        super(contract);
    }

    // What brought it about.

    @Test
    final void every_line_names_what_brought_it_about() {
        conversion(
                user("ann").credits("0"),
                user("bob").credits("0"),
                user("cem").credits("0"),
                user("dan").credits("50"),
                user("eve").credits("0"));
        MigrationService migrations = node(RATE_2500);

        migrations.autoMigrateIfZeroCredits("ann");
        migrations.autoMigrateIfZeroCredits("bob", Trigger.DASHBOARD);
        migrations.autoMigrateIfZeroCredits("cem", Trigger.PURCHASE);
        confirm(migrations, "dan");
        migrations.migrate("eve");
        migrations.rollback("eve", OPERATOR, "on request");
        migrations.reopen("eve", OPERATOR, "second thoughts");

        assertEquals(List.of("MIGRATED REQUEST AUTOMATIC zero-credits"), causes(RATE_2500, "ann"));
        assertEquals(List.of("MIGRATED DASHBOARD AUTOMATIC zero-credits"), causes(RATE_2500, "bob"));
        assertEquals(List.of("MIGRATED PURCHASE AUTOMATIC zero-credits"), causes(RATE_2500, "cem"));
        assertEquals(List.of("MIGRATED CONFIRMATION USER dan"), causes(RATE_2500, "dan"));
        assertEquals(
                List.of(
                        "MIGRATED OPERATOR AUTOMATIC migrate",
                        "ROLLED_BACK OPERATOR OPERATOR contract",
                        "REOPENED OPERATOR OPERATOR contract"),
                causes(RATE_2500, "eve"));
    }

    @Test
    final void a_line_of_a_run_names_the_run() {
        grant(user("ann"), user("bob"));
        runStore();
        refuseChangesOf("bob");
        MigrationService migrations = node(GRANT);
        migrations.run(pagesOf(10));
        host().addOperation("ann", LONG_AGO);
        migrations.catchUp();
        migrations.halt(OPERATOR, "wrong day");
        migrations.rollbackAll(RollbackOptions.defaults(), OPERATOR, "wrong day");

        assertEquals(
                List.of(
                        "MIGRATED RUN AUTOMATIC run",
                        "CAUGHT_UP RUN AUTOMATIC run",
                        "ROLLED_BACK RUN OPERATOR contract"),
                causes(GRANT, "ann"));
        assertEquals(List.of("FAILED RUN AUTOMATIC run"), causes(GRANT, "bob"));
    }

    @Test
    final void a_failure_names_what_brought_it_about() {
        conversion(
                user("ann").credits("0"),
                user("bob").credits("50"),
                user("cem").credits("0"),
                user("dan").credits("0"));
        List.of("ann", "bob", "cem", "dan").forEach(this::refuseChangesOf);
        MigrationService migrations = node(RATE_2500);

        migrations.autoMigrateIfZeroCredits("ann", Trigger.DASHBOARD);
        confirm(migrations, "bob");
        migrations.autoMigrateIfZeroCredits("cem");
        migrations.migrate("dan");

        assertEquals(List.of("FAILED DASHBOARD AUTOMATIC zero-credits"), causes(RATE_2500, "ann"));
        assertEquals(List.of("FAILED CONFIRMATION USER bob"), causes(RATE_2500, "bob"));
        assertEquals(List.of("FAILED REQUEST AUTOMATIC zero-credits"), causes(RATE_2500, "cem"));
        assertEquals(List.of("FAILED OPERATOR AUTOMATIC migrate"), causes(RATE_2500, "dan"));
    }

    @Test
    final void no_caller_can_pretend_to_be_a_run_or_an_operator() {
        conversion(user("ann").credits("0"));

        for (Trigger trigger : List.of(Trigger.RUN, Trigger.CONFIRMATION, Trigger.OPERATOR)) {
            assertNothingChanges(() -> assertThrows(
                    InvalidValueException.class, () -> node(RATE_2500).autoMigrateIfZeroCredits("ann", trigger)));
        }
    }

    private List<String> causes(Migration migration, String userId) {
        return host().store().log(migration, userId).stream()
                .map(line -> line.kind() + " " + line.trigger() + " "
                        + line.actor().kind() + " " + line.actor().name())
                .toList();
    }

    // Why.

    @Test
    final void a_reason_is_in_words_where_the_figures_say_it_and_where_only_the_policy_does() {
        grant(user("ann").operations(LONG_AGO));
        Migration own = grantBy(user -> Allocation.of(Credits.of(7), "seven for " + user.userId()));

        node(own).migrate("ann");

        assertEquals("seven for ann", node(own).log("ann").get(0).reason());
        assertEquals("seven for ann", host().store().log(own, "ann").get(0).reason());
    }

    @Test
    final void a_reason_of_a_built_in_grant_is_in_words() {
        grant(user("ann").operations(CUT_OFF.minusSeconds(10), CUT_OFF.minusSeconds(20)));
        MigrationService migrations = node(GRANT);

        migrations.migrate("ann");
        migrations.rollback("ann", OPERATOR, "on request");

        assertEquals(
                List.of("2 operations in 30 days: 20 credits", "on request"),
                migrations.log("ann").stream().map(JournalLine::reason).toList());
    }

    @Test
    final void a_reason_of_a_conversion_is_in_words() {
        conversion(user("bob").credits("50.0001"), user("ann").credits("0"));
        MigrationService migrations = node(RATE_2500_UNASKED);

        migrations.migrate("bob");
        migrations.migrate("ann");

        assertEquals(
                "50.0001 credits at 1000 are 20 at 2500",
                migrations.log("bob").get(0).reason());
        assertEquals(
                "0 credits at 1000 are 0 at 2500", migrations.log("ann").get(0).reason());
    }

    // What a line carries.

    /**
     * One row of the table of transitions.
     *
     * @param acts what happens, one after the other: {@code migrate}; {@code fail}, a migration whose policy throws; {@code
     *     spend 5}; {@code late}, an operation from before; {@code catch up}; {@code rollback}; {@code reopen}
     * @param lines the lines of the last act: kind, status, attempt, credits consumed, operations copied, number of the line
     *     with the figures; none where it writes nothing
     */
    private record Row(String acts, List<String> lines) {

        @Override
        public String toString() {
            return acts + ": " + (lines.isEmpty() ? "nothing is written" : String.join(", ", lines));
        }
    }

    private static Row row(String acts, String... lines) {
        return new Row(acts, List.of(lines));
    }

    private static Stream<Row> transitions() {
        return Stream.of(
                // From nothing.
                row("migrate", "MIGRATED COMPLETED 1 0 2 1"),
                row("fail", "FAILED FAILED 1 0 0 0"),
                row("rollback"),
                row("reopen"),
                row("late, catch up"),
                // From FAILED.
                row("fail, fail"),
                row("fail, migrate", "MIGRATED COMPLETED 1 0 2 2"),
                row("fail, rollback"),
                row("fail, reopen"),
                row("fail, late, catch up"),
                // From COMPLETED.
                row("migrate, migrate"),
                row("migrate, fail"),
                row("migrate, reopen"),
                row("migrate, catch up"),
                row("migrate, late, catch up", "CAUGHT_UP COMPLETED 1 0 3 1"),
                row("migrate, late, catch up, catch up"),
                row("migrate, late, catch up, late, late, catch up", "CAUGHT_UP COMPLETED 1 0 5 1"),
                row("migrate, rollback", "ROLLED_BACK ROLLED_BACK 1 0 2 1"),
                row("migrate, spend 15, rollback", "ROLLED_BACK ROLLED_BACK 1 15 2 1"),
                row("migrate, late, catch up, spend 15, rollback", "ROLLED_BACK ROLLED_BACK 1 15 3 1"),
                row("migrate, spend 15, late, catch up, rollback", "ROLLED_BACK ROLLED_BACK 1 15 3 1"),
                row("fail, migrate, spend 15, rollback", "ROLLED_BACK ROLLED_BACK 1 15 2 2"),
                // From ROLLED_BACK.
                row("migrate, spend 15, rollback, migrate"),
                row("migrate, spend 15, rollback, fail"),
                row("migrate, spend 15, rollback, rollback"),
                row("migrate, spend 15, rollback, late, catch up"),
                row("migrate, spend 15, rollback, reopen", "REOPENED PENDING 2 15 2 0"),
                // From PENDING again.
                row("migrate, spend 15, rollback, reopen, reopen"),
                row("migrate, spend 15, rollback, reopen, rollback"),
                row("migrate, spend 15, rollback, reopen, late, catch up"),
                row("migrate, spend 15, rollback, reopen, fail", "FAILED FAILED 2 15 2 0"),
                row("migrate, spend 15, rollback, reopen, fail, fail"),
                row("migrate, spend 15, rollback, reopen, fail, migrate", "MIGRATED COMPLETED 2 15 2 5"),
                row("migrate, spend 15, rollback, reopen, migrate", "MIGRATED COMPLETED 2 15 2 4"),
                row("migrate, spend 15, rollback, reopen, late, migrate", "MIGRATED COMPLETED 2 15 3 4"),
                // And once more.
                row("migrate, spend 15, rollback, reopen, migrate, late, catch up", "CAUGHT_UP COMPLETED 2 15 3 4"),
                row(
                        "migrate, spend 15, rollback, reopen, migrate, spend 3, rollback",
                        "ROLLED_BACK ROLLED_BACK 2 18 2 4"),
                row(
                        "migrate, spend 15, rollback, reopen, migrate, spend 3, rollback, reopen",
                        "REOPENED PENDING 3 18 2 0"),
                row(
                        "migrate, spend 15, rollback, reopen, migrate, spend 3, rollback, reopen, migrate",
                        "MIGRATED COMPLETED 3 18 2 7"));
    }

    @TestFactory
    final Stream<DynamicTest> every_line_carries_the_whole_standing() {
        open(Setting.GRANT_WITH_PURCHASES);
        AtomicBoolean broken = new AtomicBoolean();
        Migration migration = grantBy(user -> {
            if (broken.get()) {
                throw new IllegalStateException("no tariff");
            }
            return Allocation.of(Credits.of(20), "twenty");
        });
        List<Row> rows = transitions().toList();
        return IntStream.range(0, rows.size())
                .mapToObj(place -> dynamicTest(rows.get(place).toString(), () -> {
                    if (rows.get(place).acts().contains("catch up")) {
                        runStore();
                    }
                    String userId = id(place);
                    add(user(userId).operations(LONG_AGO, LONG_AGO.plusSeconds(1)));
                    assertCarries(migration, broken, userId, rows.get(place));
                }));
    }

    private void assertCarries(Migration migration, AtomicBoolean broken, String userId, Row row) {
        MigrationService migrations = node(migration);
        List<String> acts = Arrays.asList(row.acts().split(", ", -1));
        acts.subList(0, acts.size() - 1).forEach(act -> act(migrations, broken, userId, act));
        int before = host().store().log(migration, userId).size();
        List<String> dump = host().dump();

        act(migrations, broken, userId, acts.get(acts.size() - 1));

        List<JournalLine> lines = host().store().log(migration, userId);
        assertEquals(
                row.lines(),
                lines.subList(before, lines.size()).stream()
                        .map(JournalContract::carried)
                        .toList());
        assertEquals(
                IntStream.rangeClosed(1, lines.size()).boxed().toList(),
                lines.stream().map(JournalLine::number).toList());
        if (row.lines().isEmpty()) {
            assertEquals(String.join("\n", dump), String.join("\n", host().dump()));
        }
        assertIsReadAsWritten(migrations, userId, lines);
        assertNothingWrong(migrations);
    }

    private void act(MigrationService migrations, AtomicBoolean broken, String userId, String act) {
        clock.advance(Duration.ofSeconds(1));
        String[] words = act.split(" ", 2);
        switch (words[0]) {
            case "migrate" -> migrations.migrate(userId);
            case "fail" -> {
                broken.set(true);
                migrations.migrate(userId);
                broken.set(false);
            }
            case "spend" -> host().topUpCredits(userId, Credits.ZERO.minus(Credits.of(words[1])));
            case "late" -> host().addOperation(userId, LONG_AGO.plusNanos(clock.millis() % 1_000_000 * 1_000));
            case "catch" -> migrations.catchUp();
            case "rollback" -> migrations.rollback(userId, OPERATOR, "on request");
            case "reopen" -> migrations.reopen(userId, OPERATOR, "second thoughts");
            default -> throw new IllegalArgumentException(act);
        }
    }

    private static String carried(JournalLine line) {
        JournalLine.Standing standing = line.standing();
        return line.kind() + " " + standing.status() + " " + standing.attempt() + " " + standing.consumed() + " "
                + standing.copied() + " " + standing.figuresLine();
    }

    /** Where the user stands is what the last line says, with the figures of the line that it names. */
    private static void assertIsReadAsWritten(MigrationService migrations, String userId, List<JournalLine> lines) {
        UserMigration record = migrations.find(userId).orElse(null);
        if (lines.isEmpty()) {
            assertEquals(null, record);
            return;
        }
        JournalLine last = lines.get(lines.size() - 1);
        int figuresLine = last.standing().figuresLine();
        assertEquals(UserMigration.of(last, figuresLine == 0 ? null : lines.get(figuresLine - 1)), record);
    }

    // Who writes the next line.

    @Test
    final void of_two_who_write_a_users_next_line_one_is_stale() {
        conversion(races());
        define(RATE_2500);
        MigrationStore store = host().store();

        for (int race = 0; race < RACES; race++) {
            UserState read = store.find(RATE_2500, id(race)).orElseThrow();
            assertOneIsStale(failure(RATE_2500, read, "one"), failure(RATE_2500, read, "other"));
            assertOnlyFailed(RATE_2500, id(race));
        }
        assertNothingWrong(node(RATE_2500));
    }

    @Test
    final void of_two_of_whom_one_migrates_the_user_one_is_stale() {
        conversion(races());
        MigrationStore store = host().store();
        MigrationService migrations = registered(RATE_2500_UNASKED);

        for (int race = 0; race < RACES; race++) {
            String userId = id(race);
            UserState read = store.find(RATE_2500_UNASKED, userId).orElseThrow();
            List<Object> answers = atOnce(List.<Callable<Object>>of(
                    () -> migrations.migrate(userId).status(),
                    () -> store.commit(RATE_2500_UNASKED, failure(RATE_2500_UNASKED, read, "no tariff"))
                            .status()));

            assertEquals(Status.MIGRATED, answers.get(0));
            boolean failedFirst = answers.get(1) == CommitResult.Status.COMMITTED;
            assertTrue(failedFirst || answers.get(1) == CommitResult.Status.STALE, answers::toString);
            assertEquals(
                    failedFirst ? List.of(Kind.FAILED, Kind.MIGRATED) : List.of(Kind.MIGRATED),
                    store.log(RATE_2500_UNASKED, userId).stream()
                            .map(JournalLine::kind)
                            .toList());
        }
        assertNothingWrong(migrations);
    }

    @Test
    final void lines_are_numbered_over_all_migrations_and_a_line_of_another_one_is_stale_too() {
        conversion(races());
        assumeConvertsAgain();
        MigrationStore store = host().store();
        define(RATE_2500);
        define(RATE_1500);

        for (int race = 0; race < RACES; race++) {
            UserState first = store.find(RATE_2500, id(race)).orElseThrow();
            UserState other = store.find(RATE_1500, id(race)).orElseThrow();
            assertEquals(first.nextLine(), other.nextLine());
            assertOneIsStale(failure(RATE_2500, first, "one"), failure(RATE_1500, other, "other"));
            assertEquals(
                    1,
                    store.log(RATE_2500, id(race)).size()
                            + store.log(RATE_1500, id(race)).size());
            assertEquals(2, store.find(RATE_2500, id(race)).orElseThrow().nextLine());
            assertEquals(2, store.find(RATE_1500, id(race)).orElseThrow().nextLine());
        }
        assertNothingWrong(node(RATE_2500));
        assertNothingWrong(node(RATE_1500));
    }

    @Test
    final void a_line_of_another_migration_between_read_and_write_is_read_and_never_a_failure() {
        grant(user("ann"));
        assumeConvertsAgain();
        define(GRANT);
        FaultyStore faulty = FaultyStore.around(host().store());
        define(SECOND_GRANT);
        faulty.before(Call.COMMIT, () -> {
            UserState read = host().store().find(SECOND_GRANT, "ann").orElseThrow();
            host().store().commit(SECOND_GRANT, failure(SECOND_GRANT, read, "no tariff"));
        });

        Status status = node(GRANT, faulty).migrate("ann").status();

        assertEquals(Status.MIGRATED, status);
        assertEquals(2, host().store().log(GRANT, "ann").get(0).number());
        assertCredits("20", "ann");
        assertNothingWrong(node(SECOND_GRANT));
    }

    @Test
    final void a_line_of_another_migration_while_a_page_is_decided_leaves_the_user_to_the_sweep() {
        grant(user("ann"), user("bob"));
        assumeConvertsAgain();
        runStore();
        define(GRANT);
        define(SECOND_GRANT);
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(Call.DECIDE, () -> {
            UserState read = host().store().find(SECOND_GRANT, "ann").orElseThrow();
            host().store().commit(SECOND_GRANT, failure(SECOND_GRANT, read, "no tariff"));
        });

        MigrationRun run = node(GRANT, faulty).run(pagesOf(10));

        assertEquals(2, run.count(Status.MIGRATED), run::toString);
        assertEquals(2, run.users(), run::toString);
        assertEquals(2, host().store().log(GRANT, "ann").get(0).number());
        assertEquals(1, host().store().log(GRANT, "bob").get(0).number());
        assertNothingWrong(node(GRANT));
        assertNothingWrong(node(SECOND_GRANT));
    }

    private static SeedUser[] races() {
        return ids(RACES).stream().map(id -> user(id).credits("50")).toArray(SeedUser[]::new);
    }

    /** Stores the definition, so that what follows races for lines and nothing else. */
    private void define(Migration migration) {
        node(migration).rollout(Rollout.EVERYBODY, OPERATOR, "it begins");
    }

    private void assertOneIsStale(UserChange one, UserChange other) {
        List<CommitResult.Status> answers = atOnce(Stream.of(one, other)
                .<Callable<CommitResult.Status>>map(change ->
                        () -> host().store().commit(migrationOf(change), change).status())
                .toList());
        assertEquals(Set.of(CommitResult.Status.COMMITTED, CommitResult.Status.STALE), new HashSet<>(answers));
    }

    private static Migration migrationOf(UserChange change) {
        return change.line().migrationId().equals(RATE_2500.id()) ? RATE_2500 : RATE_1500;
    }

    private UserChange failure(Migration migration, UserState read, String error) {
        JournalLine line = new JournalLine(
                migration.id(),
                read.user().userId(),
                read.nextLine(),
                Kind.FAILED,
                Trigger.OPERATOR,
                OPERATOR,
                clock.instant(),
                new JournalLine.Standing(MigrationStatus.FAILED, 1, Credits.ZERO, 0, 0),
                null,
                null,
                error);
        return new UserChange(UserChange.Kind.LINE_ONLY, read, null, line);
    }

    // Operations that come late.

    @Test
    final void a_run_catches_up_in_its_sweep_and_only_once() {
        grant(user("ann").operations(LONG_AGO), user("bob").operations(LONG_AGO), user("cem"));
        runStore();
        MigrationService migrations = node(GRANT);
        migrations.migrate("ann");
        Instant migratedAt = clock.instant();
        clock.advance(Duration.ofHours(1));
        host().addOperation("ann", migratedAt.minusMillis(1));
        host().addOperation("ann", migratedAt);
        host().addOperation("ann", migratedAt.plusMillis(1));

        MigrationRun run = migrations.run(pagesOf(2));

        assertEquals(
                List.of("MIGRATED COMPLETED 1 0 1 1", "CAUGHT_UP COMPLETED 1 0 2 1"),
                host().store().log(GRANT, "ann").stream()
                        .map(JournalContract::carried)
                        .toList());
        assertEquals(3, host().history("ann").size(), "two operations and the grant");
        UserMigration record = migrations.find("ann").orElseThrow();
        assertEquals(2, record.historicalOperations());
        assertEquals(migratedAt, record.changedAt());
        assertEquals(1, run.count(Status.ALREADY_MIGRATED), run::toString);
        assertEquals(3, run.users(), run::toString);
        assertNothingChanges(() -> {
            migrations.run(pagesOf(2));
            migrations.catchUp();
        });
        assertNothingWrong(migrations);
    }

    @Test
    final void catching_up_copies_what_came_late_of_everybody_and_is_safe_to_repeat() {
        List<String> ids = ids(30);
        grant(ids.stream().map(SeedUser::user).toArray(SeedUser[]::new));
        runStore();
        MigrationService migrations = node(GRANT);
        migrations.run(pagesOf(10));
        clock.advance(Duration.ofHours(1));
        ids.stream().filter(id -> id.endsWith("3")).forEach(id -> host().addOperation(id, LONG_AGO));

        MigrationRun run = migrations.catchUp();

        assertEquals(MigrationRun.State.FINISHED, run.state());
        assertEquals(3, run.count(Status.ALREADY_MIGRATED), run::toString);
        assertEquals(3, run.users(), run::toString);
        for (String id : ids) {
            long copied = id.endsWith("3") ? 1 : 0;
            assertEquals(copied, logLines(GRANT, id, Kind.CAUGHT_UP));
            assertEquals(copied, migrations.find(id).orElseThrow().historicalOperations());
            assertEquals(1 + copied, host().history(id).size());
        }
        assertNothingChanges(() -> assertEquals(0, migrations.catchUp().count(Status.ALREADY_MIGRATED)));
        assertNothingWrong(migrations);
    }

    @Test
    final void however_many_catch_up_at_once_each_operation_is_copied_once() {
        List<String> ids = ids(12);
        grant(ids.stream().map(SeedUser::user).toArray(SeedUser[]::new));
        runStore();
        node(GRANT).run(pagesOf(10));
        clock.advance(Duration.ofHours(1));
        ids.forEach(id -> host().addOperation(id, LONG_AGO));
        List<Callable<MigrationRun>> nodes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            nodes.add(() -> node(GRANT).catchUp());
            nodes.add(() -> node(GRANT).run(pagesOf(1)));
        }

        atOnce(nodes);
        node(GRANT).catchUp();

        for (String id : ids) {
            assertEquals(1, logLines(GRANT, id, Kind.CAUGHT_UP), id);
            assertEquals(1, node(GRANT).find(id).orElseThrow().historicalOperations(), id);
            assertEquals(2, host().history(id).size(), id);
        }
        assertNothingWrong(node(GRANT));
    }

    @Test
    final void who_moves_or_is_taken_back_while_a_page_catches_up_is_met_as_found() {
        open(Setting.GRANT_WITH_PURCHASES, user("ann"), user("bob"));
        runStore();
        MigrationService migrations = node(GRANT);
        migrations.run(pagesOf(10));
        clock.advance(Duration.ofHours(1));
        host().addOperation("ann", LONG_AGO);
        host().addOperation("bob", LONG_AGO);
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(Call.DECIDE, () -> {
            host().topUpCredits("ann", Credits.of(-5));
            migrations.rollback("bob", OPERATOR, "on request");
        });

        node(GRANT, faulty).catchUp();

        // A balance that moves is no matter of the history.
        assertCredits("15", "ann");
        assertEquals(1, logLines(GRANT, "ann", Kind.CAUGHT_UP));
        assertEquals(0, logLines(GRANT, "bob", Kind.CAUGHT_UP));
        assertStatus(MigrationStatus.ROLLED_BACK, migrations, "bob");
        assertEquals(2, host().history("bob").size(), "the grant and its reversal");
        assertNothingWrong(migrations);
    }

    @Test
    final void who_is_locked_is_caught_up_with_once_free() {
        grant(user("ann"), user("bob"));
        runStore();
        MigrationService migrations = node(GRANT);
        migrations.run(pagesOf(10));
        clock.advance(Duration.ofHours(1));
        host().addOperation("ann", LONG_AGO);
        host().addOperation("bob", LONG_AGO);

        whileLocked("ann", () -> {
            MigrationRun late = promptly(migrations::catchUp);
            assertEquals(1, late.count(Status.ALREADY_MIGRATED), late::toString);
            assertEquals(1, late.count(Status.CONTENDED), late::toString);
            assertEquals(2, late.users(), late::toString);
            // Who was counted by the first pass is not counted again by the sweep.
            MigrationRun all = promptly(() -> migrations.run(pagesOf(10)));
            assertEquals(2, all.count(Status.ALREADY_MIGRATED), all::toString);
            assertEquals(2, all.users(), all::toString);
        });
        assertEquals(0, logLines(GRANT, "ann", Kind.CAUGHT_UP));
        assertEquals(1, logLines(GRANT, "bob", Kind.CAUGHT_UP));
        migrations.catchUp();

        assertEquals(1, logLines(GRANT, "ann", Kind.CAUGHT_UP));
        assertEquals(1, logLines(GRANT, "bob", Kind.CAUGHT_UP));
        assertNothingWrong(migrations);
    }

    @Test
    final void who_is_left_by_the_first_pass_is_caught_up_with_and_counted_by_the_sweep() {
        grant(user("ann"), user("bob"));
        runStore();
        MigrationService migrations = node(GRANT);
        migrations.run(pagesOf(10));
        clock.advance(Duration.ofHours(1));
        host().addOperation("ann", LONG_AGO);
        host().addOperation("bob", LONG_AGO);
        FaultyStore faulty = FaultyStore.around(host().store());
        AutoCloseable lock = lock("ann");
        faulty.after(Call.PAGE, () -> release(lock));

        MigrationRun run = node(GRANT, faulty).catchUp();

        assertEquals(2, run.count(Status.ALREADY_MIGRATED), run::toString);
        assertEquals(2, run.users(), run::toString);
        assertEquals(1, logLines(GRANT, "ann", Kind.CAUGHT_UP));
        assertEquals(1, logLines(GRANT, "bob", Kind.CAUGHT_UP));
        assertNothingWrong(migrations);
    }

    @Test
    final void what_was_caught_up_does_not_count_as_a_movement() {
        open(Setting.GRANT_WITH_PURCHASES, user("ann").rateLimit(25), user("bob"));
        runStore();
        MigrationService migrations = node(GRANT);
        migrations.run(pagesOf(10));
        clock.advance(Duration.ofHours(1));
        host().buy("bob", Credits.of(5));
        host().addOperation("ann", LONG_AGO);
        host().addOperation("bob", LONG_AGO);
        migrations.catchUp();

        assertEquals(Credits.of(0), bought("ann"));
        assertEquals(Credits.of(5), bought("bob"));
        migrations.rollback("ann", OPERATOR, "on request");

        assertEquals(Credits.ZERO, host().storedCredits("ann"));
        assertEquals(25, host().rateLimit("ann"));
        assertNothingWrong(migrations);
    }

    private Object bought(String userId) {
        Credits bought = host().store().find(GRANT, userId).orElseThrow().bought();
        return bought == null ? "unknown" : bought;
    }

    @Test
    final void the_halt_switch_holds_up_who_would_catch_up() {
        grant(user("ann"));
        runStore();
        MigrationService migrations = node(GRANT);
        migrations.run(pagesOf(10));
        host().addOperation("ann", LONG_AGO);
        migrations.halt(OPERATOR, "wait");

        MigrationRun run = migrations.catchUp();

        assertFalse(run.state() == MigrationRun.State.FINISHED, run::toString);
        assertEquals(0, logLines(GRANT, "ann", Kind.CAUGHT_UP));
        migrations.rollout(Rollout.EVERYBODY, OPERATOR, "go on");
        assertEquals(MigrationRun.State.FINISHED, migrations.catchUp().state());
        assertEquals(1, logLines(GRANT, "ann", Kind.CAUGHT_UP));
    }

    @Test
    final void there_is_nothing_to_catch_up_with_in_a_conversion() {
        conversion(user("bob").credits("50").operations(LONG_AGO));
        runStore();
        MigrationService migrations = node(RATE_2500_UNASKED);
        migrations.run(pagesOf(10));
        host().addOperation("bob", LONG_AGO);

        assertNothingChanges(() -> {
            InvalidValueException refused = assertThrows(InvalidValueException.class, migrations::catchUp);
            assertTrue(String.valueOf(refused.getMessage()).contains("conversion"), refused::getMessage);
            migrations.run(pagesOf(10));
        });
        assertEquals(1, host().store().log(RATE_2500_UNASKED, "bob").size());
    }
}
