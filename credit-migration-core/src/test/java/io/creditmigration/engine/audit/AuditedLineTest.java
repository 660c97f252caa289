package io.creditmigration.engine.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Fixture;
import io.creditmigration.Usage;
import io.creditmigration.engine.audit.AuditedLine.UnreadableException;
import io.creditmigration.spi.StoredRow;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A stored line as those who verify read it: with what NULL stands for, and with what cannot be read named. */
final class AuditedLineTest {

    private static final AuditedDefinition CONVERSION = AuditedDefinition.of(Fixture.conversion(Consent.NONE));
    private static final AuditedDefinition GRANT =
            AuditedDefinition.of(Fixture.grant(CreditPolicy.initialGrant(), Consent.NONE));

    @Test
    void what_is_null_is_what_it_stands_for() throws UnreadableException {
        AuditedLine line = AuditedLine.of(CONVERSION, row(3));

        assertThat(line.number()).isEqualTo(3);
        assertThat(line.oldRate()).isEqualByComparingTo("1000");
        assertThat(line.newRate()).isEqualByComparingTo("2500");
        assertThat(line.granted()).isZero();
        assertThat(line.consumed()).isZero();
        assertThat(line.copied()).isZero();
        assertThat(line.figuresLine()).isEqualTo(3);
        assertThat(line.usage()).isNull();
        assertThat(line.actor()).isEqualTo("AUTOMATIC migrate");
        assertThat(line.oldCredits()).isNull();
    }

    @Test
    void a_rollback_has_the_definitions_rates_the_other_way_round_and_no_figures_of_its_own()
            throws UnreadableException {
        AuditedLine line = AuditedLine.of(CONVERSION, row(3, "kind", "ROLLED_BACK", "status", "ROLLED_BACK"));

        assertThat(line.oldRate()).isEqualByComparingTo("2500");
        assertThat(line.newRate()).isEqualByComparingTo("1000");
        assertThat(line.figuresLine()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"FAILED", "REOPENED", "CAUGHT_UP"})
    void what_moves_nothing_has_no_rates(String kind) throws UnreadableException {
        AuditedLine line = AuditedLine.of(CONVERSION, row(3, "kind", kind));

        assertThat(line.oldRate()).isNull();
        assertThat(line.newRate()).isNull();
        assertThat(line.figuresLine()).isZero();
    }

    @Test
    void a_grant_has_no_rates_and_the_usage_that_the_policy_saw() throws UnreadableException {
        AuditedLine line = AuditedLine.of(GRANT, row(1, "operations", "15", "days", "30"));

        assertThat(line.oldRate()).isNull();
        assertThat(line.newRate()).isNull();
        assertThat(line.usage()).isEqualTo(new Usage(15, 30, 0, 15));
    }

    @Test
    void a_rate_of_zero_is_no_rate_of_the_definition() throws UnreadableException {
        AuditedLine line = AuditedLine.of(CONVERSION, row(1, "old_rate", "0", "new_rate", "0"));

        assertThat(line.oldRate()).isEqualTo(BigDecimal.ZERO);
        assertThat(line.newRate()).isEqualTo(BigDecimal.ZERO);
    }

    @Test
    void who_caused_it_is_named_where_it_was_not_the_trigger_itself() throws UnreadableException {
        assertThat(AuditedLine.of(CONVERSION, row(1, "actor_kind", "USER", "actor", "ann"))
                        .actor())
                .isEqualTo("USER ann");
    }

    @ParameterizedTest
    @CsvSource({
        "old_credits, NaN",
        "new_credits, Infinity",
        "old_rate, NaN",
        "new_rate, -Infinity",
        "granted, NaN",
        "consumed, Infinity",
        "kind, GIVEN",
        "status, LOST",
        "cause, 9",
        "attempt, one",
        "at, yesterday",
        "at, infinity",
        "figures_line, x",
        "copied, 1.5",
        "copied, 99999999999999999999"
    })
    void a_value_that_cannot_be_read_is_named(String column, String value) {
        assertThatThrownBy(() -> AuditedLine.of(CONVERSION, row(2, column, value)))
                .isInstanceOf(UnreadableException.class)
                .hasMessage("line 2: " + column + " is " + value);
    }

    @ParameterizedTest
    @CsvSource({"kind", "status", "cause", "attempt", "at"})
    void a_value_that_has_to_be_there_is_named(String column) {
        StoredRow whole = row(2);
        Map<String, String> columns = new LinkedHashMap<>(whole.columns());
        columns.remove(column);

        assertThatThrownBy(() -> AuditedLine.of(CONVERSION, new StoredRow(whole.key(), columns)))
                .isInstanceOf(UnreadableException.class)
                .hasMessage("line 2: " + column + " is NULL");
    }

    @ParameterizedTest
    @CsvSource({"-1, 30", "5, 0", "5, -1"})
    void a_usage_that_cannot_be_is_named(String operations, String days) {
        assertThatThrownBy(() -> AuditedLine.of(GRANT, row(2, "operations", operations, "days", days)))
                .isInstanceOf(UnreadableException.class)
                .hasMessageStartingWith("line 2: ");
    }

    private static StoredRow row(int number, String... changes) {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("at", StoredRow.text(Fixture.NOW));
        columns.put("attempt", "1");
        columns.put("kind", "MIGRATED");
        columns.put("status", "COMPLETED");
        columns.put("cause", "OPERATOR");
        for (int i = 0; i < changes.length; i += 2) {
            columns.put(changes[i], changes[i + 1]);
        }
        return new StoredRow(new StoredRow.Key(StoredRow.Kind.LINE, "ann", number), columns);
    }
}
