package io.creditmigration.testkit;

import static io.creditmigration.MigrationResult.Status.MIGRATED;
import static io.creditmigration.testkit.SeedUser.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.DefinitionConflictException;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationService;
import io.creditmigration.Rollout;
import io.creditmigration.RunOptions;
import io.creditmigration.RunScope;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class InMemoryMigrationStoreTest {

    private static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");

    private final Migration rate2500 = Migration.named("rate-2500")
            .cutOff(CUT_OFF)
            .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
            .build();
    private final Migration grant = Migration.named("grant")
            .cutOff(CUT_OFF)
            .policy(CreditPolicy.initialGrant())
            .build();

    @Test
    void it_is_seeded_and_asserted_in_five_lines() {
        var store = InMemoryMigrationStore.with(
                user("ann").credits("0").refCredits("7.5"), user("bob").credits("50"));

        assertThat(MigrationService.of(rate2500, store)
                        .autoMigrateIfZeroCredits("ann")
                        .status())
                .isEqualTo(MIGRATED);

        assertThat(store.refCredits("ann")).isEqualTo(Credits.of("7.5"));
        assertThat(store.isFlagged("ann")).isTrue();
        assertThat(store.credits("bob")).isEqualTo(Credits.of(50));
        assertThat(store.isFlagged("bob")).isFalse();
        assertThat(store.recordCount("rate-2500")).isEqualTo(1);
        assertThat(store.logCount("rate-2500")).isEqualTo(1);
    }

    @Test
    void the_history_of_a_grant_is_told_entry_by_entry() {
        Instant operation = CUT_OFF.minusSeconds(60);
        var store = InMemoryMigrationStore.with(user("ann").operation(operation));
        MigrationService migrations = MigrationService.of(grant, store);

        Instant granted = migrations.migrate("ann").record().changedAt();
        Instant reversed = migrations
                .rollback("ann", Actor.operator("test"), "too early")
                .record()
                .changedAt();

        assertThat(store.entries("ann"))
                .containsExactly(
                        new HistoryEntry("grant", HistoryEntry.Kind.GRANT, Credits.of(20), granted),
                        new HistoryEntry("grant", HistoryEntry.Kind.OPERATION, Credits.ZERO, operation),
                        new HistoryEntry("grant", HistoryEntry.Kind.REVERSAL, Credits.of(-20), reversed));
    }

    @Test
    void a_conversion_has_no_history_and_leaves_the_rate_limit_alone() {
        var store = InMemoryMigrationStore.with(
                user("ann").credits("0").rateLimit(25).operation(CUT_OFF.minusSeconds(60)));

        MigrationService.of(rate2500, store).autoMigrateIfZeroCredits("ann");

        assertThat(store.entries("ann")).isEmpty();
        assertThat(store.rateLimit("ann")).isEqualTo(25);
        assertThat(store.marker("ann")).isEqualTo("rate-2500");
    }

    @Test
    void a_grant_leaves_the_rate_of_the_row_alone() {
        var store = InMemoryMigrationStore.withRates(user("ann").credits("0").rate("1000"));
        Migration bonus = Migration.named("bonus")
                .beside("rate-2500")
                .cutOff(CUT_OFF.plusSeconds(1))
                .policy(CreditPolicy.initialGrant())
                .build();
        MigrationService.of(rate2500, store).autoMigrateIfZeroCredits("ann");
        MigrationService.of(bonus, store).migrate("ann");

        assertThat(store.rate("ann")).isEqualTo(CreditRate.of(2_500));
        assertThat(store.logCount("bonus")).isEqualTo(1);
        assertThat(store.logCount("rate-2500")).isEqualTo(1);
    }

    @Test
    void a_run_stores_its_definition_when_it_is_opened_so_that_no_other_overtakes_its_first_page() {
        var store = InMemoryMigrationStore.with(user("ann"), user("bob"));
        Migration other = Migration.named("grant")
                .cutOff(CUT_OFF)
                .policy(CreditPolicy.initialGrant().above(20, Credits.of(100)))
                .build();
        MigrationService opened = MigrationService.of(other, store);
        MigrationService.of(grant, store).runs().open(RunOptions.defaults());

        assertThatThrownBy(() -> opened.migrate("ann")).isInstanceOf(DefinitionConflictException.class);
        assertThatThrownBy(opened::run).isInstanceOf(DefinitionConflictException.class);
        assertThat(store.recordCount("grant")).isZero();
    }

    @Test
    void a_dump_tells_of_users_definitions_and_changes_of_the_rollout() {
        var store = InMemoryMigrationStore.with(user("ann").credits("5"));
        MigrationService migrations = MigrationService.of(grant, store);
        migrations.migrate("ann");
        migrations.rollout(new Rollout(5, false), Actor.operator("olga"), "first stage");

        assertThat(String.join("\n", store.dump()))
                .contains("credits=25", "COMPLETED", "usage-tiers v1", "olga", "first stage");
    }

    @Test
    void users_are_walked_in_the_order_of_their_code_points() {
        // U+1F642 is above U+FF21 as a code point, and below it as the two UTF-16 units of a Java string.
        var store = InMemoryMigrationStore.with(user("\uFF21"), user("\uD83D\uDE42"), user("b"), user("B"), user("ba"));
        OnlyLooking looking = new OnlyLooking();
        String runId = ContractGroup.openRun(store, grant, 2).id();

        for (int page = 0; page < 5; page++) {
            store.page(grant, runId, null, 2, Instant.EPOCH, looking);
        }

        assertThat(looking.first).containsExactly("B", "b", "ba", "\uFF21", "\uD83D\uDE42");
        assertThat(store.scan(grant, RunScope.everyone(), "ba", 10))
                .extracting(state -> state.user().userId())
                .containsExactly("\uFF21", "\uD83D\uDE42");
    }

    @Test
    void the_host_moves_a_balance_only_under_the_marker_that_it_was_priced_under() {
        var store = InMemoryMigrationStore.with(
                user("ann").credits("5"), user("bob").credits("5").flagged());

        assertThat(store.move("ann", Credits.of(2), "rate-2500")).isFalse();
        assertThat(store.move("ann", Credits.of(2), null)).isTrue();
        assertThat(store.move("bob", Credits.of(2), null)).isFalse();
        assertThat(store.move("bob", Credits.of(-5), "*")).isTrue();
        assertThat(store.move("bob", Credits.of("-0.0001"), "*")).isFalse();

        assertThat(store.credits("ann")).isEqualTo(Credits.of(7));
        assertThat(store.credits("bob")).isEqualTo(Credits.ZERO);
    }

    @Test
    void a_balance_that_does_not_fit_the_scale_is_refused() {
        assertThatThrownBy(() -> InMemoryMigrationStore.ofScale(2, user("ann").credits("0.001")))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("0.001")
                .hasMessageContaining("2 decimals");
        assertThatThrownBy(() -> InMemoryMigrationStore.ofScale(19)).isInstanceOf(InvalidValueException.class);
        var store = InMemoryMigrationStore.with(user("ann").credits("1"));
        assertThatThrownBy(() -> store.move("ann", Credits.of("0.00001"), null))
                .isInstanceOf(InvalidValueException.class);
    }

    @Test
    void an_id_that_is_taken_or_not_there_is_named() {
        var store = InMemoryMigrationStore.with(user("ann"));

        assertThatThrownBy(() -> store.add(user("ann")))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("ann");
        assertThatThrownBy(() -> store.credits("nobody"))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("nobody");
        assertThatThrownBy(() -> user("")).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> store.page(grant, "run-7", null, 1, Instant.EPOCH, new OnlyLooking()))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("run-7");
    }

    @Test
    void records_of_a_deleted_user_stay() {
        var store = InMemoryMigrationStore.with(user("ann"));
        MigrationService.of(grant, store).migrate("ann");

        store.deleteUser("ann");

        assertThat(store.find(grant, "ann")).isEmpty();
        assertThat(store.recordCount("grant")).isEqualTo(1);
        assertThat(store.log(grant, "ann")).hasSize(1);
        assertThat(MigrationService.of(grant, store).run(RunOptions.defaults()).users())
                .isZero();
    }

    @Test
    void a_second_line_of_the_same_number_is_stale_and_writes_nothing() {
        var store = InMemoryMigrationStore.with(user("ann"));
        List<UserChange> changes = new ArrayList<>();
        MigrationService.of(grant, new DelegatingStore(store) {
                    @Override
                    public CommitResult commit(Migration migration, UserChange change) {
                        changes.add(change);
                        return super.commit(migration, change);
                    }
                })
                .migrate("ann");
        UserChange first = changes.get(0);
        UserState now = store.find(grant, "ann").orElseThrow();
        List<String> before = store.dump();

        assertThat(store.commit(grant, new UserChange(first.kind(), now, first.newCredits(), first.line())))
                .isEqualTo(CommitResult.of(CommitResult.Status.STALE));
        assertThat(store.dump()).isEqualTo(before);
    }
}
