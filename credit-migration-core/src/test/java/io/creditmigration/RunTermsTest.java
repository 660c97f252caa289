package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The terms of a run: settings, scopes, stages and health, at their bounds and beyond. */
final class RunTermsTest {

    static Stream<Arguments> accepted() {
        return Stream.of(
                setting(settings -> settings.withPageSize(1).withPageSize(10_000)),
                setting(settings -> settings.withPageOperations(1).withPageOperations(1_000_000)),
                setting(settings -> settings.withThreads(1).withThreads(64)),
                setting(settings -> settings.withUsersPerSecond(0).withUsersPerSecond(1_000_000)),
                setting(settings -> settings.withFailureRateMax(BigDecimal.ZERO)
                        .withFailureRateMax(BigDecimal.ONE)
                        .withFailureRateMax(new BigDecimal("0.000001"))
                        .withFailureRateMax(null)),
                setting(settings -> settings.withGrantedMax(Credits.ZERO).withGrantedMax(null)));
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                refusal("page size is '0'; allowed: 1 to 10000 users", settings -> settings.withPageSize(0)),
                refusal("page size is '10001'", settings -> settings.withPageSize(10_001)),
                refusal("operations of a page is '0'", settings -> settings.withPageOperations(0)),
                refusal("operations of a page is '1000001'", settings -> settings.withPageOperations(1_000_001)),
                refusal("threads is '0'; allowed: 1 to 64 threads", settings -> settings.withThreads(0)),
                refusal("threads is '65'", settings -> settings.withThreads(65)),
                refusal("users per second is '-1'", settings -> settings.withUsersPerSecond(-1)),
                refusal("users per second is '1000001'", settings -> settings.withUsersPerSecond(1_000_001)),
                refusal("failure rate is '1.1'", settings -> settings.withFailureRateMax(new BigDecimal("1.1"))),
                refusal("failure rate is '-0.1'", settings -> settings.withFailureRateMax(new BigDecimal("-0.1"))),
                refusal("failure rate is '1E-7'", settings -> settings.withFailureRateMax(new BigDecimal("0.0000001"))),
                refusal("credits granted at most is '-1'", settings -> settings.withGrantedMax(Credits.of(-1))));
    }

    @ParameterizedTest
    @MethodSource
    void accepted(UnaryOperator<RunSettings> change) {
        assertThat(change.apply(RunSettings.defaults())).isNotNull();
    }

    @ParameterizedTest
    @MethodSource
    void refused(String message, UnaryOperator<RunSettings> change) {
        assertThatThrownBy(() -> change.apply(RunSettings.defaults()))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining(message);
    }

    @Test
    void a_rate_is_equal_by_value_however_it_was_written() {
        assertThat(RunSettings.defaults().withFailureRateMax(new BigDecimal("0.010")))
                .isEqualTo(RunSettings.defaults().withFailureRateMax(new BigDecimal("0.01")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "everyone",
                "everyone+exempt",
                "zero-credits",
                "zero-credits+exempt",
                "failed",
                "failed+exempt",
                "late-operations",
                "listed:0123456789abcdef",
                "listed:0123456789abcdef+exempt"
            })
    void a_scope_is_found_again_by_its_name(String name) {
        assertThat(RunScope.of(name).name()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nobody", "+exempt", "Everyone ", ":x"})
    void what_is_no_scope_is_refused(String name) {
        assertThatThrownBy(() -> RunScope.of(name))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("everyone, zero-credits, failed, late-operations or listed");
    }

    @Test
    void lists_of_the_same_users_are_one_scope_and_others_are_not() {
        RunScope scope = RunOptions.defaults().withUsers(List.of("b", "a", "b")).scope();

        assertThat(scope)
                .isEqualTo(RunOptions.defaults().withUsers(List.of("a", "b")).scope());
        assertThat(scope)
                .isNotEqualTo(RunOptions.defaults().withUsers(List.of("ab")).scope());
        assertThat(RunOptions.defaults().withUsers(List.of("b", "a", "b")).userIds())
                .containsExactly("a", "b");
        assertThat(RunOptions.defaults()
                        .withExempt()
                        .withUsers(List.of("a"))
                        .scope()
                        .includeExempt())
                .isTrue();
    }

    @Test
    void a_list_that_bounds_nothing_is_refused() {
        RunOptions options = RunOptions.defaults();

        assertThatThrownBy(() -> options.withUsers(List.of())).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> options.withUsers(Collections.singletonList(null)))
                .isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> options.withUsers(Stream.iterate(0, i -> i + 1)
                        .limit(100_001)
                        .map(String::valueOf)
                        .toList()))
                .hasMessageContaining("100001");
        RunScope listed = options.withUsers(List.of("a")).scope();
        assertThatThrownBy(() -> options.withScope(listed)).hasMessageContaining("withUsers");
    }

    @Test
    void stages_grow() {
        assertThat(Stages.of(5, 25, 100).percents()).containsExactly(5, 25, 100);
        assertThat(Stages.of(5).approvedByOperator().afterVerification()).isEqualTo(new Stages(List.of(5), true, true));
        assertThat(Stages.of(5).afterVerification().approvedByOperator()).isEqualTo(new Stages(List.of(5), true, true));
        assertThat(Stages.of(5)).isEqualTo(new Stages(List.of(5), false, false));
        for (int[] wrong : new int[][] {{0, 100}, {5, 5}, {25, 5}, {101}, {-1}}) {
            assertThatThrownBy(() -> Stages.of(wrong)).hasMessageContaining("growing percentages, 1 to 100");
        }
    }

    @Test
    void health_has_a_reason() {
        assertThat(Health.stop("lag").level()).isEqualTo(Health.Level.STOP);
        assertThat(Health.slowDown("lag").reason()).isEqualTo("lag");
        assertThatThrownBy(() -> Health.stop(" ")).isInstanceOf(InvalidValueException.class);
    }

    private static Arguments setting(UnaryOperator<RunSettings> change) {
        return Arguments.of(change);
    }

    private static Arguments refusal(String message, UnaryOperator<RunSettings> change) {
        return Arguments.of(message, change);
    }
}
