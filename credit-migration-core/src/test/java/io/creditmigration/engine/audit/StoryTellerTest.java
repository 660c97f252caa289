package io.creditmigration.engine.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Consent;
import io.creditmigration.Fixture;
import io.creditmigration.Migration;
import io.creditmigration.spi.JournalColumn;
import io.creditmigration.spi.StoredRow;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which reason a stored line has. */
final class StoryTellerTest {

    private static final Migration CONVERSION = Fixture.fitted(Fixture.conversion(Consent.NONE));

    @Test
    void what_no_policy_could_have_had_has_no_words() throws AuditedLine.UnreadableException {
        assertThat(new StoryTeller(CONVERSION).reason(stored(CONVERSION, "old_credits", "1E+99")))
                .isNull();
        assertThat(new StoryTeller(CONVERSION).reason(stored(CONVERSION, "old_rate", "-1")))
                .isNull();
    }

    @Test
    void a_stored_line_has_the_same_words() throws AuditedLine.UnreadableException {
        assertThat(new StoryTeller(CONVERSION).reason(stored(CONVERSION, "old_credits", "50")))
                .isEqualTo("50 credits at 1000 are 20 at 2500");
        assertThat(new StoryTeller(CONVERSION).reason(stored(CONVERSION, "reason", "on a whim")))
                .isEqualTo("on a whim");
    }

    private static AuditedLine stored(Migration migration, String column, String value)
            throws AuditedLine.UnreadableException {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put(JournalColumn.AT.columnName(), StoredRow.text(Fixture.NOW));
        columns.put(JournalColumn.ATTEMPT.columnName(), "1");
        columns.put(JournalColumn.KIND.columnName(), "MIGRATED");
        columns.put(JournalColumn.STATUS.columnName(), "COMPLETED");
        columns.put(JournalColumn.CAUSE.columnName(), "OPERATOR");
        columns.put(column, value);
        return AuditedLine.of(
                AuditedDefinition.of(migration),
                new StoredRow(new StoredRow.Key(StoredRow.Kind.LINE, "ann", 1), columns));
    }
}
