package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a run is told what to do. */
final class RunOptionsTest {

    @Test
    void the_defaults_are_those_of_the_documentation() {
        RunOptions defaults = RunOptions.defaults();

        assertThat(defaults.settings()).isEqualTo(new RunSettings(1_000, 50_000, 1, 0, null, null));
        assertThat(defaults.scope()).isEqualTo(RunScope.everyone());
        assertThat(defaults.stages().percents()).isEmpty();
    }

    @Test
    void each_change_leaves_the_rest_as_it_was() {
        Consumer<MigrationRun> listener = run -> {};

        assertThat(RunOptions.defaults()
                        .withListener(listener)
                        .withExempt()
                        .withPageSize(7)
                        .withReason(Actor.operator("ann"), "on the day")
                        .withZeroCreditsOnly())
                .isEqualTo(new RunOptions(
                        RunScope.zeroCreditsOnly().withExempt(),
                        List.of(),
                        RunSettings.defaults().withPageSize(7),
                        Stages.NONE,
                        RunOptions.defaults().health(),
                        listener,
                        Actor.operator("ann"),
                        "on the day"))
                .isEqualTo(RunOptions.defaults()
                        .withReason(Actor.operator("ann"), "on the day")
                        .withZeroCreditsOnly()
                        .withPageSize(7)
                        .withExempt()
                        .withListener(listener));
    }

    @Test
    void runs_for_different_users_have_different_scopes() {
        RunOptions everyone = RunOptions.defaults();

        assertThat(everyone.scope().name()).isEqualTo("everyone");
        assertThat(everyone.withExempt().scope().name()).isEqualTo("everyone+exempt");
        assertThat(everyone.withZeroCreditsOnly().scope().name()).isEqualTo("zero-credits");
        assertThat(everyone.withZeroCreditsOnly().withExempt().scope().name()).isEqualTo("zero-credits+exempt");
    }

    @Test
    void a_run_of_another_page_size_resumes_the_same_scope() {
        assertThat(RunOptions.defaults().withPageSize(7).withListener(run -> {}).scope())
                .isEqualTo(RunOptions.defaults().scope());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10_000})
    void a_page_size_at_the_bounds_is_accepted(int pageSize) {
        assertThat(RunOptions.defaults().withPageSize(pageSize).settings().pageSize())
                .isEqualTo(pageSize);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 10_001, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void a_page_size_beyond_the_bounds_is_refused(int pageSize) {
        assertThatThrownBy(() -> RunOptions.defaults().withPageSize(pageSize))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("page size is '" + pageSize + "'; allowed: 1 to 10000 users");
    }
}
