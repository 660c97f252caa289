package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom runs that take back are for. */
final class RollbackScopesTest {

    private static final Instant FROM = Instant.parse("2026-01-06T00:00:00Z");
    private static final Instant TO = FROM.plusSeconds(1);

    static Stream<RunScope> scopes() {
        return Stream.of(
                        RollbackOptions.defaults(),
                        RollbackOptions.defaults().withRun("run-1"),
                        RollbackOptions.defaults().withStage(1),
                        RollbackOptions.defaults().withStage(100),
                        RollbackOptions.defaults().withMigratedBetween(FROM, TO),
                        RollbackOptions.defaults().withUsers(List.of("ann", "bob")))
                .flatMap(options -> Stream.of(options, options.withPaidCredits(PaidCredits.KEEP)))
                .map(RollbackOptions::scope);
    }

    @ParameterizedTest
    @MethodSource("scopes")
    void each_takes_back_and_is_found_again_by_its_name(RunScope scope) {
        assertThat(scope.isRollback()).isTrue();
        assertThat(scope.kind().isRollback()).isTrue();
        assertThat(RunScope.of(scope.name())).isEqualTo(scope);
        assertThat(RunScope.of(scope.withExempt().name())).isEqualTo(scope.withExempt());
    }

    @ParameterizedTest
    @MethodSource("scopes")
    void each_is_held_up_while_the_halt_switch_is_off(RunScope scope) {
        assertThat(scope.isHeldUpBy(Rollout.EVERYBODY)).isTrue();
        assertThat(scope.isHeldUpBy(new Rollout(100, true))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"everyone", "zero-credits", "failed", "listed:0123456789abcdef"})
    void others_are_held_up_while_it_is_on(String name) {
        assertThat(RunScope.of(name).isRollback()).isFalse();
        assertThat(RunScope.of(name).kind().isRollback()).isFalse();
        assertThat(RunScope.of(name).isHeldUpBy(Rollout.EVERYBODY)).isFalse();
        assertThat(RunScope.of(name).isHeldUpBy(new Rollout(100, true))).isTrue();
    }

    @Test
    void only_lists_are_listed() {
        assertThat(RunScope.listed(List.of("ann")).isListed()).isTrue();
        assertThat(RunScope.migratedAndListed(List.of("ann")).isListed()).isTrue();
        assertThat(RunScope.everyone().isListed()).isFalse();
        assertThat(RunScope.migrated().isListed()).isFalse();
    }

    @Test
    void a_time_has_a_begin_and_a_later_end() {
        RunScope scope = RunScope.migratedBetween(FROM, TO);

        assertThat(scope.from()).isEqualTo(FROM);
        assertThat(scope.to()).isEqualTo(TO);
        assertThatThrownBy(() -> RunScope.migratedBetween(FROM, FROM)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> RunScope.migratedBetween(TO, FROM)).isInstanceOf(InvalidValueException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 101})
    void a_stage_that_is_none_is_refused(int percent) {
        assertThatThrownBy(() -> RunScope.migratedInStage(percent)).isInstanceOf(InvalidValueException.class);
    }
}
