package io.creditmigration.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.MigrationService;
import io.creditmigration.RunOptions;
import io.creditmigration.RunScope;
import io.creditmigration.spi.Evidence;
import io.creditmigration.spi.SealedRow;
import io.creditmigration.spi.StoredRow;
import io.creditmigration.spi.UserState;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A store that answers the same page again and again ends each walk over keys with an error, and none goes on for ever. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class StandingCursorTest {

    /** As many as the longest page has. */
    private static final int USERS = 1_000;

    private final InMemoryMigrationStore store = InMemoryMigrationStore.with(IntStream.range(0, USERS)
            .mapToObj(i -> SeedUser.user(String.valueOf(USERS + i)).credits("0"))
            .toArray(SeedUser[]::new));

    private final Migration migration = Migration.named("rate-2500")
            .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
            .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
            .build();

    private boolean standsAtSealed = true;
    private boolean standsAtUsers = true;

    private final MigrationService migrations = MigrationService.of(migration, new DelegatingStore(store) {
        @Override
        public List<UserState> scan(Migration of, RunScope scope, @Nullable String after, int limit) {
            return super.scan(of, scope, null, limit);
        }

        @Override
        public List<Evidence> evidence(Migration of, @Nullable String after, int limit) {
            return super.evidence(of, standsAtUsers ? null : after, limit);
        }

        @Override
        public List<SealedRow> sealed(Migration of, StoredRow.@Nullable Key after, int limit) {
            return super.sealed(of, standsAtSealed ? null : after, limit);
        }

        @Override
        public List<StoredRow> unsealed(Migration of, StoredRow.@Nullable Key after, int limit) {
            return super.unsealed(of, null, limit);
        }
    });

    @BeforeEach
    void migrate() {
        MigrationService.of(migration, store).run();
    }

    @Test
    void of_users() {
        assertStands(migrations::plan);
        assertStands(migrations::analyze);
        assertStands(() -> migrations.announce(RunOptions.defaults().withPageSize(10)));
        assertStands(migrations::verify);
    }

    @Test
    void of_lines_with_and_without_a_seal() {
        standsAtUsers = false;
        assertStands(migrations::verify);
        MigrationService.of(migration, store).seal(Actor.operator("olga"));
        assertStands(migrations::verify);
        standsAtSealed = false;
        migrations.verify();
    }

    private static void assertStands(ThrowingCallable walk) {
        assertThatThrownBy(walk)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("The page after")
                .hasMessageContaining("so that there would be no end");
    }
}
