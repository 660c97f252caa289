package io.creditmigration.engine.audit;

import static io.creditmigration.Fixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Actor;
import io.creditmigration.Seal;
import io.creditmigration.spi.JournalColumn;
import io.creditmigration.spi.StoredRow;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The digests, computed again from their description alone. */
final class SealingTest {

    private static final Actor OLGA = Actor.operator("olga");

    @Test
    void a_rows_digest_is_over_its_key_and_the_names_and_values_of_its_columns() {
        StoredRow row = row(7, "at", "2026-01-06T01:00:00.000000Z", "kind", "MIGRATED", "reason", "früher");

        assertThat(Sealing.digest("rate-2500", row))
                .isEqualTo(sha256("9:rate-2500,4:LINE,3:ann,1:7,2:at,27:2026-01-06T01:00:00.000000Z,4:kind,8:MIGRATED,"
                        + "6:reason,7:früher,"));
    }

    @Test
    void null_and_any_text_differ() {
        String absent = Sealing.digest("rate-2500", row(1, "kind", "MIGRATED"));

        for (String text : List.of("null", "NULL", "", "-", "0")) {
            assertThat(Sealing.digest("rate-2500", row(1, "kind", "MIGRATED", "reason", text)))
                    .as(text)
                    .isNotEqualTo(absent);
        }
    }

    @Test
    void no_two_rows_are_mistaken_for_each_other() {
        assertThat(List.of(
                                Sealing.digest("m", row(1, "reason", "a", "error", "b")),
                                Sealing.digest("m", row(1, "reason", "b", "error", "a")),
                                Sealing.digest("m", row(1, "reason", "a,5:error,1:b")),
                                Sealing.digest("m", row(1, "reason", "a")),
                                Sealing.digest("m", row(1, "error", "a")),
                                Sealing.digest("m", row(2, "reason", "a")),
                                Sealing.digest("n", row(1, "reason", "a")),
                                Sealing.digest("m", other(StoredRow.Kind.RUN, "ann", "reason", "a")),
                                Sealing.digest("m", other(StoredRow.Kind.LINE, "Ann", "reason", "a")))
                        .stream()
                        .toList())
                .doesNotHaveDuplicates();
    }

    @Test
    void a_column_that_is_added_later_changes_no_digest_of_rows_that_do_not_have_it() {
        Map<String, String> columns = new LinkedHashMap<>();
        for (JournalColumn column : JournalColumn.values()) {
            columns.put(column.columnName(), "x");
        }
        StoredRow before = new StoredRow(key(), columns);
        columns.put("added_later", null);
        columns.values().removeIf(value -> value == null);
        StoredRow without = new StoredRow(key(), columns);
        columns.put("added_later", "y");
        StoredRow with = new StoredRow(key(), columns);

        assertThat(Sealing.digest("m", without)).isEqualTo(Sealing.digest("m", before));
        assertThat(Sealing.digest("m", with)).isNotEqualTo(Sealing.digest("m", before));
    }

    @Test
    void a_seal_is_over_its_own_fields_and_the_digests_of_its_rows() {
        StoredRow first = other(StoredRow.Kind.DEFINITION, "m", "id", "m");
        StoredRow second = row(1, "kind", "MIGRATED");
        Sealing sealing = new Sealing("m", OLGA, NOW);

        sealing.begin(null);
        String ofFirst = sealing.add(first);
        String ofSecond = sealing.add(second);
        Seal seal = sealing.end();

        String head = sha256("1:m,1:1,-,27:2026-01-07T08:09:10.123456Z,8:OPERATOR,4:olga,");
        assertThat(ofFirst).isEqualTo(sha256("1:m,10:DEFINITION,1:m,1:0,2:id,1:m,"));
        assertThat(seal)
                .isEqualTo(new Seal(1, 2, null, sha256(head + "\n" + ofFirst + "\n" + ofSecond + "\n"), NOW, OLGA));
    }

    @Test
    void a_seal_names_the_one_before() {
        Sealing sealing = new Sealing("m", OLGA, NOW);

        sealing.begin(new Seal(4, 9, "older", "before", NOW, OLGA));
        Seal seal = sealing.end();

        assertThat(seal.number()).isEqualTo(5);
        assertThat(seal.previous()).isEqualTo("before");
        assertThat(seal.digest())
                .isEqualTo(sha256(sha256("1:m,1:5,6:before,27:2026-01-07T08:09:10.123456Z,8:OPERATOR,4:olga,") + "\n"));
    }

    private static StoredRow row(int number, String... columns) {
        return new StoredRow(new StoredRow.Key(StoredRow.Kind.LINE, "ann", number), map(columns));
    }

    private static StoredRow other(StoredRow.Kind kind, String name, String... columns) {
        return new StoredRow(new StoredRow.Key(kind, name, kind == StoredRow.Kind.LINE ? 1 : 0), map(columns));
    }

    private static StoredRow.Key key() {
        return new StoredRow.Key(StoredRow.Kind.LINE, "ann", 1);
    }

    private static Map<String, String> map(String... columns) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < columns.length; i += 2) {
            map.put(columns[i], columns[i + 1]);
        }
        return map;
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
