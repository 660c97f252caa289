package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a run is told what to do. */
final class RunOptionsTest {

    @Test
    void the_defaults_are_those_of_the_documentation() {
        RunOptions defaults = RunOptions.defaults();

        assertThat(defaults.pageSize()).isEqualTo(500);
        assertThat(defaults.zeroCreditsOnly()).isFalse();
        assertThat(defaults.includeExempt()).isFalse();
    }

    @Test
    void each_change_leaves_the_rest_as_it_was() {
        Consumer<MigrationRun> listener = run -> {};

        assertThat(RunOptions.defaults()
                        .withListener(listener)
                        .withExempt()
                        .withPageSize(7)
                        .withZeroCreditsOnly())
                .isEqualTo(new RunOptions(7, true, true, listener))
                .isEqualTo(RunOptions.defaults()
                        .withZeroCreditsOnly()
                        .withPageSize(7)
                        .withExempt()
                        .withListener(listener));
    }

    @Test
    void runs_for_different_users_have_different_scopes() {
        RunOptions everyone = RunOptions.defaults();

        assertThat(everyone.scope()).isEqualTo("everyone");
        assertThat(everyone.withExempt().scope()).isEqualTo("everyone+exempt");
        assertThat(everyone.withZeroCreditsOnly().scope()).isEqualTo("zero-credits");
        assertThat(everyone.withZeroCreditsOnly().withExempt().scope()).isEqualTo("zero-credits+exempt");
    }

    @Test
    void a_run_of_another_page_size_resumes_the_same_scope() {
        assertThat(RunOptions.defaults().withPageSize(7).withListener(run -> {}).scope())
                .isEqualTo(RunOptions.defaults().scope());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10_000})
    void a_page_size_at_the_bounds_is_accepted(int pageSize) {
        assertThat(RunOptions.defaults().withPageSize(pageSize).pageSize()).isEqualTo(pageSize);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 10_001, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void a_page_size_beyond_the_bounds_is_refused(int pageSize) {
        assertThatThrownBy(() -> RunOptions.defaults().withPageSize(pageSize))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("page size is '" + pageSize + "'; allowed: 1 to 10000 users");
    }
}
