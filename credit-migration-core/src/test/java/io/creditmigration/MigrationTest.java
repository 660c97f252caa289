package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.spi.StoredDefinition;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A definition: complete, and told apart from every other by its fingerprint. */
final class MigrationTest {

    private static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");
    private static final RateConversion TO_2500 = CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500));
    private static final CreditPolicy OWN =
            ((CreditPolicy) user -> Allocation.of(Credits.of(100), "founding member")).named("own", 1);

    @Test
    void a_definition_has_what_it_was_given() {
        Migration migration =
                Migration.named("rate-2500").cutOff(CUT_OFF).policy(TO_2500).build();

        assertThat(migration.id()).isEqualTo("rate-2500");
        assertThat(migration.cutOff()).isEqualTo(CUT_OFF);
        assertThat(migration.policy()).isSameAs(TO_2500);
        assertThat(migration.conversion()).containsSame(TO_2500);
    }

    @Test
    void a_definition_without_cut_off_is_refused() {
        Migration.Builder incomplete = Migration.named("rate-2500").policy(TO_2500);

        assertThatThrownBy(incomplete::build)
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("cut-off of migration rate-2500 is 'missing'; allowed: an instant; it is mandatory");
    }

    @Test
    void a_definition_without_policy_is_refused() {
        Migration.Builder incomplete = Migration.named("rate-2500").cutOff(CUT_OFF);

        assertThatThrownBy(incomplete::build)
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("policy of migration rate-2500 is 'missing'; allowed: a CreditPolicy; it is mandatory");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "rate 2500",
                "rate;2500",
                "-rate",
                "12345678901234567890123456789012345678901234567890123456789012345"
            })
    void an_id_that_is_no_name_is_refused(String id) {
        assertThatThrownBy(() -> Migration.named(id))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith("migration id is '" + id + "'; allowed: 1 to 64 letters, digits");
    }

    @Test
    void a_cut_off_that_no_database_keeps_exactly_is_refused() {
        Migration.Builder builder = Migration.named("rate-2500");

        assertThatThrownBy(() -> builder.cutOff(CUT_OFF.plusNanos(1)))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("cut-off is '2026-01-06T00:00:00.000000001Z'; allowed: an instant of whole microseconds");
        assertThat(builder.cutOff(CUT_OFF.plusNanos(1_000))
                        .policy(TO_2500)
                        .build()
                        .cutOff())
                .isEqualTo("2026-01-06T00:00:00.000001Z");
    }

    @ParameterizedTest
    @CsvSource({"1, 2026-01-05T00:00:00Z", "30, 2025-12-07T00:00:00Z", "366, 2025-01-05T00:00:00Z"})
    void the_usage_window_ends_at_the_cut_off(int days, Instant from) {
        Migration migration = Migration.named("to-credits")
                .cutOff(CUT_OFF)
                .policy(OWN)
                .usageWindowDays(days)
                .build();

        assertThat(migration.usageWindow()).isEqualTo(new UsageWindow(from, CUT_OFF));
    }

    @Test
    void the_usage_window_is_30_days_unless_said_otherwise() {
        assertThat(grant().build().usageWindow())
                .isEqualTo(new UsageWindow(Instant.parse("2025-12-07T00:00:00Z"), CUT_OFF));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 367, Integer.MAX_VALUE})
    void a_usage_window_beyond_the_bounds_is_refused(int days) {
        assertThatThrownBy(() -> Migration.named("to-credits").usageWindowDays(days))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("usage window in days is '" + days + "'; allowed: 1 to 366");
    }

    @Test
    void conversions_ask_and_grants_do_not_unless_said_otherwise() {
        assertThat(conversion().build().consent()).isEqualTo(Consent.CONFIRM_POSITIVE);
        assertThat(conversion().consent(Consent.NONE).build().consent()).isEqualTo(Consent.NONE);
        assertThat(grant().build().consent()).isEqualTo(Consent.NONE);
        assertThat(grant().consent(Consent.CONFIRM_POSITIVE).build().consent()).isEqualTo(Consent.CONFIRM_POSITIVE);
        assertThat(grant().policy(OWN).build().consent()).isEqualTo(Consent.NONE);
    }

    @Test
    void only_a_conversion_converts() {
        assertThat(grant().build().conversion()).isEmpty();
        assertThat(grant().policy(OWN).build().conversion()).isEmpty();
        assertThat(conversion().build().atScale(2).conversion().orElseThrow().newRate())
                .isEqualTo(CreditRate.of(2_500));
    }

    @Test
    void the_fingerprint_is_one_readable_line() {
        assertThat(conversion().build().fingerprint())
                .isEqualTo("convert v1 1000->2500 scale=4 rounding=HALF_EVEN; window=30d; consent=CONFIRM_POSITIVE");
        assertThat(grant().build().fingerprint())
                .isEqualTo("usage-tiers v1 base=20 above 10/day=50; window=30d; consent=NONE");
    }

    static Stream<Arguments> otherDefinitions() {
        CreditPolicy named = OWN.named("founders", 1);
        return Stream.of(
                Arguments.of(
                        "old rate", conversion(), conversion().policy(CreditPolicy.convert(rate(999), rate(2_500)))),
                Arguments.of(
                        "new rate", conversion(), conversion().policy(CreditPolicy.convert(rate(1_000), rate(2_501)))),
                Arguments.of("scale", conversion(), conversion().policy(TO_2500.scale(2))),
                Arguments.of("rounding", conversion(), conversion().policy(TO_2500.rounding(RoundingMode.HALF_UP))),
                Arguments.of("predecessor", conversion(), conversion().after("rate-1000")),
                Arguments.of("neighbour", conversion(), conversion().beside("rate-1000")),
                Arguments.of("window", conversion(), conversion().usageWindowDays(31)),
                Arguments.of("consent", conversion(), conversion().consent(Consent.NONE)),
                Arguments.of(
                        "base",
                        grant(),
                        grant().policy(UsageTiers.of(Credits.of(21)).above(10, Credits.of(50)))),
                Arguments.of(
                        "tier",
                        grant(),
                        grant().policy(UsageTiers.of(Credits.of(20)).above(11, Credits.of(50)))),
                Arguments.of(
                        "grant",
                        grant(),
                        grant().policy(UsageTiers.of(Credits.of(20)).above(10, Credits.of(51)))),
                Arguments.of("policy", grant(), grant().policy(OWN)),
                Arguments.of("name", grant().policy(named), grant().policy(OWN.named("members", 1))),
                Arguments.of("version", grant().policy(named), grant().policy(OWN.named("founders", 2))));
    }

    @ParameterizedTest(name = "another {0}")
    @MethodSource("otherDefinitions")
    void another_definition_has_another_fingerprint(String what, Migration.Builder one, Migration.Builder other) {
        assertThat(other.build().fingerprint())
                .as(what)
                .isNotEqualTo(one.build().fingerprint());
    }

    static Stream<Arguments> sameDefinitions() {
        return Stream.of(
                Arguments.of(
                        "rates written otherwise",
                        conversion(),
                        conversion().policy(CreditPolicy.convert(CreditRate.of("1000.00"), CreditRate.of("2.5E+3")))),
                Arguments.of("usual scale named", conversion(), conversion().policy(TO_2500.scale(4))),
                Arguments.of(
                        "usual rounding named",
                        conversion(),
                        conversion().policy(TO_2500.rounding(RoundingMode.HALF_EVEN))),
                Arguments.of("usual window named", conversion(), conversion().usageWindowDays(30)),
                Arguments.of("usual consent named", conversion(), conversion().consent(Consent.CONFIRM_POSITIVE)),
                Arguments.of(
                        "cut-off parsed in another zone",
                        conversion(),
                        conversion().cutOff(Instant.parse("2026-01-06T07:00:00+07:00"))),
                Arguments.of(
                        "tiers written otherwise",
                        grant(),
                        grant().policy(UsageTiers.of(Credits.of("20.0")).above(10, Credits.of("5E+1")))),
                Arguments.of(
                        "an equal rule in another lambda",
                        grant().policy(OWN.named("founders", 1)),
                        grant().policy(((CreditPolicy) user -> OWN.allocate(user)).named("founders", 1))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sameDefinitions")
    void the_same_definition_has_the_same_fingerprint(String what, Migration.Builder one, Migration.Builder other) {
        assertThat(other.build().fingerprint()).as(what).isEqualTo(one.build().fingerprint());
    }

    @ParameterizedTest(name = "column of {0} decimals")
    @CsvSource({"4, 4", "18, 4", "2, 2", "0, 0"})
    void the_scale_in_the_fingerprint_is_the_one_fitted_to_the_column(int column, int scale) {
        Migration fitted = conversion().build().atScale(column);

        assertThat(fitted.fingerprint())
                .isEqualTo(conversion().policy(TO_2500.scale(scale)).build().fingerprint());
        assertThat(fitted.atScale(column).fingerprint()).isEqualTo(fitted.fingerprint());
    }

    @Test
    void fitting_leaves_all_but_the_scale_as_it_was() {
        Migration fitted = Migration.named("rate-2500")
                .cutOff(CUT_OFF)
                .policy(TO_2500)
                .usageWindowDays(7)
                .consent(Consent.NONE)
                .build()
                .atScale(2);

        assertThat(fitted.id()).isEqualTo("rate-2500");
        assertThat(fitted.fingerprint())
                .isEqualTo("convert v1 1000->2500 scale=2 rounding=HALF_EVEN; window=7d; consent=NONE");
    }

    @Test
    void a_policy_that_the_column_cannot_hold_is_refused() {
        Migration migration = grant().policy(UsageTiers.of(Credits.of("0.5"))).build();

        assertThatThrownBy(() -> migration.atScale(0)).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void a_definition_too_long_to_store_is_refused() {
        int rest = grant().policy(ofLength(0)).build().fingerprint().length();
        Migration longest = grant().policy(ofLength(1_000 - rest)).build();

        assertThat(longest.fingerprint()).hasSize(1_000);
        assertThatThrownBy(() -> grant().policy(ofLength(1_001 - rest)).build())
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith("definition is 'xxx")
                .hasMessageEndingWith("(1001 characters); allowed: at most 1000 characters; shorten the policy's");
    }

    private static CreditPolicy ofLength(int definitionLength) {
        return new CreditPolicy() {
            @Override
            public Allocation allocate(UserSnapshot user) {
                return OWN.allocate(user);
            }

            @Override
            public String definition() {
                return "x".repeat(definitionLength);
            }
        };
    }

    @Test
    void the_same_id_with_another_fingerprint_is_refused_by_both_fingerprints() {
        StoredDefinition stored = StoredDefinition.of(conversion().build(), "");
        Migration other = conversion().consent(Consent.NONE).build();

        assertThatThrownBy(() -> stored.check(other))
                .isInstanceOfSatisfying(DefinitionConflictException.class, conflict -> {
                    assertThat(conflict.migrationId()).isEqualTo("rate-2500");
                    assertThat(conflict.stored()).isEqualTo(stored.fingerprint());
                    assertThat(conflict.given()).isEqualTo(other.fingerprint());
                })
                .hasMessage("Migration 'rate-2500' is stored as [" + stored.fingerprint() + "] but was opened as ["
                        + other.fingerprint() + "]; use the stored definition, or give the new one an id of its own");
    }

    @Test
    void the_same_definition_and_another_id_are_no_conflict() {
        StoredDefinition stored = StoredDefinition.of(conversion().build(), "");
        Migration elsewhere = Migration.named("rate-2501")
                .cutOff(CUT_OFF)
                .policy(TO_2500)
                .consent(Consent.NONE)
                .build();

        stored.check(conversion().build());
        stored.check(elsewhere);

        assertThat(StoredDefinition.of(elsewhere, "")).isNotEqualTo(stored);
    }

    @Test
    void what_is_stored_of_a_grant_has_no_rates() {
        assertThat(StoredDefinition.of(grant().build(), ""))
                .isEqualTo(new StoredDefinition(
                        "to-credits",
                        grant().build().fingerprint(),
                        new Schedule(CUT_OFF, CUT_OFF, CUT_OFF),
                        null,
                        null,
                        "",
                        List.of(),
                        null,
                        false));
        assertThat(StoredDefinition.of(conversion().build(), ""))
                .isEqualTo(new StoredDefinition(
                        "rate-2500",
                        conversion().build().fingerprint(),
                        new Schedule(CUT_OFF, CUT_OFF, CUT_OFF),
                        null,
                        null,
                        "",
                        List.of(rate(1_000)),
                        rate(2_500),
                        false));
    }

    private static Migration.Builder conversion() {
        return Migration.named("rate-2500").cutOff(CUT_OFF).policy(TO_2500);
    }

    private static Migration.Builder grant() {
        return Migration.named("to-credits").cutOff(CUT_OFF).policy(CreditPolicy.initialGrant());
    }

    private static CreditRate rate(long perCredit) {
        return CreditRate.of(perCredit);
    }
}
