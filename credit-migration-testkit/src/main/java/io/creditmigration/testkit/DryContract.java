package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.creditmigration.Allocation;
import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.MigrationPlan;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.RunOptions;
import io.creditmigration.testkit.HostApplication.Setting;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

abstract class DryContract extends ContractGroup {

    /** Users of every kind that both settings know. */
    private static final List<SeedUser> OF_EVERY_KIND = List.of(
            user("absent"),
            user("dust").credits("0.0001"),
            user("exempt").credits("50").exempt(),
            user("negative").credits("-5"),
            user("new").credits("50").registeredAt(CUT_OFF),
            user("odd").credits("33.3333").operations(LONG_AGO),
            user("rich").credits("50").refCredits("7.5"),
            user("tie").credits("0.0007"),
            user("zero").credits("0"));

    private static final List<SeedUser> OF_CONVERSIONS = List.of(
            user("flagged").credits("50").flagged(),
            user("reserved").credits("0").reserved("1"));

    private List<String> ids = List.of();

    DryContract(MigrationStoreContract contract) {
        super(contract);
    }

    @Test
    final void asking_about_users_of_a_conversion_writes_nothing() {
        convertedUsers();

        assertNothingChanges(() -> askEverything(RATE_2500));

        assertEquals(List.of(), host().store().definitions());
    }

    @Test
    final void asking_about_users_of_a_grant_writes_nothing() {
        grantedUsers();

        assertNothingChanges(() -> askEverything(GRANT));

        assertEquals(List.of(), host().store().definitions());
    }

    @Test
    final void a_plan_writes_nothing() {
        convertedUsers();
        runStore();
        MigrationService migrations = node(RATE_2500_UNASKED);

        assertNothingChanges(() -> assertEquals(
                migrations.plan(RunOptions.defaults()),
                migrations.plan(RunOptions.defaults().withPageSize(1))));

        assertEquals(List.of(), host().store().definitions());
    }

    @Test
    final void a_plan_that_meets_a_broken_policy_marks_nobody() {
        grantedUsers();
        runStore();
        MigrationService migrations = node(grantBy(user -> {
            throw new IllegalStateException("no tariff");
        }));

        assertNothingChanges(() -> migrations.plan(RunOptions.defaults()));
    }

    @Test
    final void a_request_of_somebody_with_credits_writes_nothing() {
        convertedUsers();
        MigrationService migrations = node(RATE_2500);

        assertNothingChanges(
                () -> Stream.of("rich", "dust", "reserved", "absent", "negative", "new", "exempt", "flagged")
                        .forEach(migrations::autoMigrateIfZeroCredits));

        assertEquals(List.of(), host().store().definitions());
    }

    @Test
    final void the_plan_of_a_conversion_is_what_the_run_then_does() {
        convertedUsers();
        assertPlanIsKept(RATE_2500, RunOptions.defaults());
    }

    @Test
    final void the_plan_of_a_conversion_without_consent_is_what_the_run_then_does() {
        convertedUsers();
        assertPlanIsKept(RATE_2500_UNASKED, RunOptions.defaults().withPageSize(3));
    }

    @Test
    final void the_plan_with_exempt_users_is_what_the_run_then_does() {
        convertedUsers();
        assertPlanIsKept(RATE_2500_UNASKED, RunOptions.defaults().withExempt().withPageSize(2));
    }

    @Test
    final void the_plan_of_a_grant_is_what_the_run_then_does() {
        grantedUsers();
        assertPlanIsKept(GRANT, RunOptions.defaults().withPageSize(4));
    }

    @Test
    final void the_plan_of_a_policy_that_fails_for_some_is_what_the_run_then_does() {
        grantedUsers();
        Migration migration = grantBy(user -> {
            if (user.userId().contains("e")) {
                throw new IllegalStateException("no tariff");
            }
            return Allocation.of(Credits.of(20), "initial credits");
        });
        assertPlanIsKept(migration, RunOptions.defaults().withPageSize(4));
    }

    private void convertedUsers() {
        seed(Setting.CONVERSION, Stream.concat(OF_EVERY_KIND.stream(), OF_CONVERSIONS.stream()));
    }

    private void grantedUsers() {
        seed(Setting.GRANT, OF_EVERY_KIND.stream());
    }

    private void seed(Setting setting, Stream<SeedUser> seeds) {
        SeedUser[] users = seeds.toArray(SeedUser[]::new);
        ids = Stream.of(users).map(SeedUser::userId).toList();
        open(setting, users);
    }

    private void askEverything(Migration migration) {
        MigrationService migrations = node(migration);
        Stream.concat(ids.stream(), Stream.of("nobody")).forEach(id -> {
            migrations.quote(id);
            migrations.find(id);
            migrations.status(id);
            migrations.regime(id);
            migrations.log(id);
        });
        migrations.rollout();
    }

    private void assertPlanIsKept(Migration migration, RunOptions options) {
        runStore();
        MigrationPlan plan = node(migration).plan(options);
        MigrationRun run = node(migration).run(options);

        assertEquals(plan.tally(), run.tally());
        assertEquals(ids.size(), plan.users());
        assertSameValue(plan.tally().creditsBefore(), sum(migration, line -> amount(line.oldCredits())));
        assertSameValue(plan.tally().creditsAfter(), sum(migration, line -> amount(line.newCredits())));
        assertSameValue(plan.tally().residual(), sum(migration, JournalLine::residual));
    }

    private static BigDecimal amount(@Nullable Credits credits) {
        return credits == null ? BigDecimal.ZERO : credits.amount();
    }

    private BigDecimal sum(Migration migration, Function<JournalLine, BigDecimal> figure) {
        return ids.stream()
                .flatMap(id -> host().store().log(migration, id).stream())
                .map(line -> Objects.requireNonNull(figure.apply(line)))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }
}
